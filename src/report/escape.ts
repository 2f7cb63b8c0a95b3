import { visible } from "../text.ts";

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
