/** A logical line of Python: one statement or block header, over as many lines of text as its brackets and strings take. */
export interface LogicalLine {
  /** Index of its first and last line of text. */
  readonly first: number;
  readonly last: number;
  /** Columns of white space in front; a tab goes on to the next multiple of 8, as in Python. */
  readonly indent: number;
  /** The line without comments and with empty strings, so that a word in it is a word of the program. */
  readonly code: string;
  /** It ends inside a bracket or a string. */
  readonly open: boolean;
}

/** No bracket goes on over one of these at the left margin: whatever was open there was never closed. */
const fresh = /^(?:def |class |import |from \w|async def |@\w|if __name__|```)/;

const stringStart = /^[A-Za-z]{0,2}("""|'''|"|')/;

function indentOf(text: string): number {
  let column = 0;
  for (const char of text) {
    if (char === " ") column += 1;
    else if (char === "\t") column += 8 - (column % 8);
    else break;
  }
  return column;
}

/** Reads the string that starts at `at`: what stands for it in `code`, and where it ends. */
function readString(
  source: string,
  at: number,
  prefix: string,
  quote: string,
): { code: string; end: number; open: boolean } {
  const start = at + prefix.length + quote.length;
  let end = start;
  for (; end < source.length; end += 1) {
    if (source[end] === "\\") end += 1;
    else if (source.startsWith(quote, end)) break;
    else if (source[end] === "\n" && quote.length === 1) break;
  }
  const closed = source.startsWith(quote, end);
  // The names in an f-string are names of the program; which of its words are names does not matter here.
  const names = /f/i.test(prefix) ? (source.slice(start, end).match(/[A-Za-z_]\w*/g) ?? []).join(" ") : "";
  const code = `${prefix}""${names && ` (${names})`}`;
  return { code, end: closed ? end + quote.length : Math.min(end, source.length), open: !closed };
}

/** Splits Python, or text that may be Python, into logical lines. Never fails: text that is no Python gives odd lines. */
export function logicalLines(source: string): LogicalLine[] {
  const result: LogicalLine[] = [];
  let line = 0;
  let at = 0;
  while (at < source.length) {
    const lineEnd = source.indexOf("\n", at);
    const text = source.slice(at, lineEnd < 0 ? source.length : lineEnd);
    if (/^\s*(?:#.*)?$/.test(text)) {
      at += text.length + 1;
      line += 1;
      continue;
    }
    const first = line;
    let code = "";
    let depth = 0;
    let open = false;
    let word = false;
    at += text.length - text.trimStart().length;
    for (; at < source.length; ) {
      const char = source[at]!;
      const string = word ? null : stringStart.exec(source.slice(at, at + 5));
      if (string) {
        const prefix = string[0].slice(0, -string[1]!.length);
        const read = readString(source, at, prefix, string[1]!);
        line += source.slice(at, read.end).split("\n").length - 1;
        code += read.code;
        open ||= read.open;
        at = read.end;
        continue;
      }
      word = /\w/.test(char);
      if (char === "#") {
        const end = source.indexOf("\n", at);
        at = end < 0 ? source.length : end;
        continue;
      }
      if (char === "\n") {
        if (depth === 0 || fresh.test(source.slice(at + 1, at + 12))) break;
        line += 1;
      } else if (char === "\\" && source[at + 1] === "\n") {
        line += 1;
        at += 1;
      } else if ("([{".includes(char)) depth += 1;
      else if (")]}".includes(char)) depth = Math.max(0, depth - 1);
      code += char === "\n" || char === "\\" ? " " : char;
      at += 1;
    }
    result.push({ first, last: line, indent: indentOf(text), code: code.trim(), open: open || depth > 0 });
    at += 1;
    line += 1;
  }
  return result;
}

/** The text with every tab in front of a line as 4 spaces. */
export function expandTabs(source: string): string {
  return source.replace(/^[ \t]*\t[ \t]*/gm, (space) => space.replaceAll("\t", "    "));
}

/** Moves every logical line by as many columns; what is inside a string or a bracket stays as it is. */
export function shift(source: string, columns: (line: LogicalLine) => number): string {
  const text = source.split("\n");
  for (const line of logicalLines(source)) {
    const own = text[line.first]!;
    const space = own.length - own.trimStart().length;
    text[line.first] = " ".repeat(Math.max(0, space + columns(line))) + own.trimStart();
  }
  return text.join("\n");
}

/**
 * The columns that a first line at the margin has lost to trimming, from the lines under it; 0 when it stands right.
 * A simple statement cannot have deeper lines under it, and a header cannot have lines between its own margin and its body's.
 */
export function trimmedBy(lines: readonly LogicalLine[]): number {
  const [first, second] = lines;
  if (!first || !second || first.indent > 0 || first.open || second.indent === 0) return 0;
  const end = lines.findIndex(({ indent }, index) => index > 0 && indent === 0);
  const inner = Math.min(...lines.slice(1, end < 0 ? undefined : end).map(({ indent }) => indent));
  if (!first.code.endsWith(":") || second.indent > inner) return inner;
  return inner >= 8 && !/^(?:async |def |class )/.test(first.code) ? inner - 4 : 0;
}
