/** The text on one line, at most `length` characters of it: for names, reports and messages. */
export function shorten(text: string, length = 120): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
