/** Stands for a line break inside the one line that readline edits. */
export const NEWLINE = "⏎";

const START = "\u001b[200~";
const END = "\u001b[201~";

/**
 * Gives a filter of what a terminal sends: text between the marks of a bracketed paste loses them, its line breaks
 * become NEWLINE, and its other control characters go. Marks may be split between two chunks.
 * https://invisible-island.net/xterm/xterm-paste64.html
 */
export function createPasteFilter(): (chunk: string) => string {
  let inside = false;
  let rest = "";
  return (chunk) => {
    let text = rest + chunk;
    let out = "";
    for (;;) {
      const mark = inside ? END : START;
      const at = text.indexOf(mark);
      const held = at < 0 ? partialMark(text, mark, inside ? 1 : 2) : 0;
      const part = text.slice(0, at < 0 ? text.length - held : at);
      out += inside ? asOneLine(part) : part;
      rest = text.slice(text.length - held);
      if (at < 0) return out;
      text = text.slice(at + mark.length);
      inside = !inside;
    }
  };
}

/** How many characters at the end of the text may begin the mark. Outside a paste, a lone Escape is a key. */
function partialMark(text: string, mark: string, least: number): number {
  for (let length = mark.length - 1; length >= least; length--) if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

const asOneLine = (text: string): string => text.replace(/\r\n?|\n/g, NEWLINE).replace(/(?!\t)\p{Cc}/gu, "");
