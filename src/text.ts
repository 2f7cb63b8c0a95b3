/** Control characters as their pictures, so that a text from elsewhere does not steer the terminal it is printed on. */
export const visible = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\x00-\x08\x0b-\x1f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

/** The whole text on one line, visible: for names. */
export const oneLine = (text: string): string => visible(text).replace(/\s+/g, " ").trim();

/** The text on one line, at most `length` characters of it, visible: for reports and messages. */
export function shorten(text: string, length = 120): string {
  const line = oneLine(text);
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
