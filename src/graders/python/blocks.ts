/** A piece of a reply: what a fence holds, or the text between fences. */
export interface Block {
  readonly text: string;
  readonly fenced: boolean;
  /** The fence was closed by a fence of its own. */
  readonly closed: boolean;
  /** Nothing but white space is in front of it in the reply. */
  readonly leading: boolean;
}

const marker = "(?:\\s*(?:[-*+>]|\\d+[.)])\\s+)?";
const opening = new RegExp(`^${marker}\\s*(\`{3,}|~{3,})\\s*([\\w+.-]*)(.*)$`);
const python = /^(?:|py\d?|python[\d.]*|ipython\d?|pycon|code)$/i;

/** True when the text ends inside a triple-quoted string: a fence there belongs to a docstring. */
function inString(text: string): boolean {
  let quote = "";
  for (const { 0: token } of text.matchAll(/\\.|"""|'''|#.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g)) {
    if (quote) quote = token === quote ? "" : quote;
    else if (token === '"""' || token === "'''") quote = token;
  }
  return quote !== "";
}

/**
 * The final answer of a reply: without the reasoning that some servers leave in the text
 * (`<think>`, or the channels of gpt-oss's Harmony format), with Unix line ends and plain spaces.
 */
export function finalText(reply: string): string {
  let text = reply
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", "\n")
    .replace(/^\uFEFF/, "");
  const think = text.lastIndexOf("</think>");
  if (think >= 0) text = text.slice(think + "</think>".length);
  else if (/^\s*<think>/.test(text)) return "";
  if (/<\|channel\|>/.test(text))
    text =
      text
        .split(/<\|channel\|>\s*final[^<]*<\|message\|>/)
        .slice(1)
        .at(-1) ?? "";
  return text.replace(/<\|(?:end|return|start|im_end|eot_id|endoftext)\|>[\s\S]*$/, "");
}

/** Splits a reply at its fences, in order. Python has a say: a fence in a docstring is no fence. */
export function blocksOf(reply: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let fence = "";
  let isPython = true;
  const finish = (closed: boolean) => {
    const text = lines.join("\n");
    const leading = blocks.length === 0;
    if (text.trim() && isPython) blocks.push({ text, fenced: fence !== "", closed, leading });
    lines = [];
  };
  for (const line of reply.split("\n")) {
    const [, marks, language, rest] = opening.exec(line) ?? [];
    const bare = marks !== undefined && !language && !rest?.trim();
    if (marks === undefined || (fence && (marks[0] !== fence[0] || inString(lines.join("\n"))))) {
      const [, code] = (fence && /^(.*\S)\s*```\s*$/.exec(line)) || [];
      lines.push(code ?? line);
      if (code === undefined) continue;
      finish(true);
      fence = "";
    } else if (fence && bare && marks.length >= fence.length) {
      finish(true);
      fence = "";
      isPython = true;
    } else if (!fence || language) {
      // A fence with a language inside an open one: the other was never closed.
      finish(false);
      fence = marks;
      isPython = python.test(language ?? "");
      if (isPython && /^\s+(?:def|from|import|return|class|async)\b/.test(rest ?? "")) lines.push(rest!.trim());
    } else lines.push(line);
  }
  finish(false);
  return blocks;
}

const header = /^(?:class|(?:async )?def|if|elif|else|for|while|with|try|except|finally)\b.*:\s*(?:#.*)?$/;

/** The indented pieces of a text, as Markdown shows code without a fence. What is under a Python header is no piece of its own. */
export function indentedPieces(block: Block): Block[] {
  if (block.fenced) return [];
  const pieces: Block[] = [];
  let above = "";
  let lines: string[] = [];
  for (const line of [...block.text.split("\n"), "end"]) {
    if (/^\s/.test(line) || line === "") {
      lines.push(line);
      continue;
    }
    const text = lines.join("\n");
    if (text.trim() && !header.test(above)) pieces.push({ ...block, text, leading: false });
    above = line;
    lines = [];
  }
  return pieces;
}

/** Takes the prompts off an interpreter session that shows a definition: `>>> def f(x):` and `...     return x`. */
export function withoutPrompts(text: string): string {
  const first = text.split("\n").find((line) => line.trim());
  if (!/^\s*>>> /.test(first ?? "")) return text;
  const typed = text.split("\n").filter((line) => /^\s*(?:>>>|\.\.\.)/.test(line));
  return typed.map((line) => line.replace(/^\s*(?:>>>|\.\.\.) ?/, "")).join("\n");
}
