import { type Block, blocksOf, finalText, indentedPieces, withoutPrompts } from "./blocks.ts";
import { fromBody, startsInside } from "./body.ts";
import type { PythonItem } from "./item.ts";
import { expandTabs, logicalLines, shift, trimmedBy } from "./lines.ts";
import { assemble, type Code, type Extraction, needed } from "./program.ts";
import { hasBody, type Statement, statementsOf } from "./statements.ts";

/** Brings code to the left margin. */
function dedent(text: string, fenced: boolean): { text: string; repairs: string[] } {
  const plain = fenced ? text.replace(/[\u00A0\u2007\u202F\u3000]/g, " ") : text;
  const repairs = plain !== text ? ["odd spaces replaced"] : [];
  const source = expandTabs(plain);
  const lines = logicalLines(source);
  const margin = lines.length > 0 ? Math.min(...lines.map(({ indent }) => indent)) : 0;
  const trimmed = fenced ? trimmedBy(lines) : 0;
  if (trimmed > 0) {
    return {
      text: shift(source, (line) => (line.first === lines[0]!.first ? 0 : -trimmed)),
      repairs: ["first line indented"],
    };
  }
  return { text: margin > 0 ? shift(source, () => -margin) : plain, repairs };
}

/** Cuts the end of a definition off until its last line is a whole one. */
function finished(statement: Statement): Statement | undefined {
  if (!statement.unfinished) return statement;
  const lines = statement.text.split("\n");
  const kept = statement.lines.slice(0, -1);
  if (kept.length === 0) return undefined;
  const end = kept.at(-1)!.last - statement.lines[0]!.first + 1;
  const [shorter] = statementsOf(lines.slice(0, end).join("\n"));
  return shorter && finished(shorter);
}

/** Reads the code of a block and finishes or drops what is unfinished in it. */
function codeOf(block: Block): Code {
  const { text, repairs } = dedent(withoutPrompts(block.text), block.fenced);
  const statements: Statement[] = [];
  for (const statement of statementsOf(text)) {
    if (!statement.unfinished) statements.push(statement);
    else if (statement.kind === "definition") {
      const whole = finished(statement);
      repairs.push("unfinished statement cut off");
      if (whole && hasBody(whole)) statements.push(whole);
    }
  }
  return { statements, repairs };
}

/** True for a statement that makes `name` a function of the module; a method of a class makes none. */
const sets = (name: string) => (statement: Statement) => statement.kind !== "other" && statement.binds.has(name);

/**
 * Finds the program in a chat reply or a bare continuation: the last code that defines the entry point, else a body.
 * Undefined when there is none. Changes nothing but fences, indentation and an unfinished last statement.
 */
export function extractProgram(reply: string, item: PythonItem): Extraction | undefined {
  const blocks = blocksOf(finalText(reply)).flatMap((block) => [block, ...indentedPieces(block)]);
  const lead = blocks[0];
  if (lead && !lead.fenced && startsInside.test(lead.text)) {
    const found = fromBody(lead, item);
    if (found) return { ...found, rule: "continues the prompt" };
  }
  return fromDefinition(blocks, item) ?? fromAnyBody(blocks, item);
}

/** The last block that defines the entry point, fenced before plain, whole before cut, with a body before a stub. */
function fromDefinition(blocks: readonly Block[], item: PythonItem): Extraction | undefined {
  const codes = blocks.map((block) => ({ ...codeOf(block), block }));
  const defines = sets(item.entry_point);
  const real = (s: Statement) => defines(s) && (s.kind !== "definition" || hasBody(s));
  const rank = ({ block, statements, repairs }: (typeof codes)[number]) =>
    !statements.some(defines)
      ? 0
      : 1 +
        (block.fenced ? 4 : 0) +
        (statements.some(real) ? 2 : 0) +
        (repairs.includes("unfinished statement cut off") ? 0 : 1);
  const best = codes.reduceRight<(typeof codes)[number] | undefined>(
    (found, code) => (rank(code) > (found ? rank(found) : 0) ? code : found),
    undefined,
  );
  if (!best) return undefined;
  const elsewhere = codes
    .filter((code) => code !== best && code.block.fenced)
    .flatMap(({ statements }) => statements)
    .filter(
      ({ kind, binds, text }) =>
        !binds.has(item.entry_point) &&
        (kind === "definition" || kind === "import" || (kind === "assignment" && !text.includes("("))),
    );
  const known = new Set(statementsOf(item.prompt).flatMap(({ binds }) => [...binds]));
  const statements = needed(best, elsewhere, known, [item.entry_point]);
  const rule = best.block.fenced ? "last fence that defines the function" : "plain code";
  return { program: assemble(item, "", statements), rule, repairs: [...new Set(best.repairs)] };
}

/** The last block that is the inside of a function, fenced before plain. */
function fromAnyBody(blocks: readonly Block[], item: PythonItem): Extraction | undefined {
  for (const fenced of [true, false]) {
    for (const block of blocks.filter((b) => b.fenced === fenced).toReversed()) {
      const found = fromBody(block, item);
      if (found) return { ...found, rule: fenced ? "body in a fence" : "body in the text" };
    }
  }
  return undefined;
}
