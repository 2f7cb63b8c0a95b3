const HTML: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Any text as the text of an HTML element or of a quoted attribute. */
export const escapeHtml = (text: string): string => visible(text).replace(/[&<>"']/g, (char) => HTML[char] ?? "");

/** Any text as plain text within a line of Markdown, in a table cell too: nothing in it marks up, links or mentions. */
export const escapeMarkdown = (text: string): string =>
  visible(text)
    .replace(/\s+/g, " ")
    .replace(
      /[&<>"\\|`*~[\]#$@]|(?<![a-z0-9])_|_(?![a-z0-9])|:(?=[a-z/])|\.(?=\w+\.)/gi,
      (char) => `&#${char.charCodeAt(0)};`,
    )
    .trim();

/** Any text as a fenced code block that the text cannot end. */
export function fenced(text: string): string {
  const runs = text.match(/`{3,}/g) ?? [];
  const fence = "`".repeat(Math.max(2, ...runs.map(({ length }) => length)) + 1);
  return `${fence}text\n${visible(text)}\n${fence}`;
}

/** Control characters as their pictures, so that a model's text does not steer the terminal it is printed on. */
export const visible = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\x00-\x08\x0b-\x1f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

/** A name as one line in which nothing is hidden. */
export const oneLine = (text: string): string => visible(text).replace(/\s+/g, " ");

/** The start of a text that is too long to be read in a summary. */
export const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length)}…`;
