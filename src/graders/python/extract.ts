import { type Block, blocksOf, finalText, withoutPrompts } from "./blocks.ts";
import type { PythonItem } from "./item.ts";
import { type LogicalLine, logicalLines, shift } from "./lines.ts";
import { hasBody, type Statement, statementsOf } from "./statements.ts";

/** What is run for a reply. `rule` says where the code was found; `repairs` names each change to the model's own text. */
export interface Extraction {
  readonly program: string;
  readonly rule: string;
  readonly repairs: string[];
}

interface Code {
  readonly statements: readonly Statement[];
  readonly repairs: string[];
}

const indentsOf = (lines: readonly LogicalLine[]) => lines.map(({ indent }) => indent);

/** Brings code to the left margin. A first line that alone stands at the margin was trimmed: it belongs to the others. */
function dedent(text: string, fenced: boolean): { text: string; repairs: string[] } {
  const plain = text.replace(/[\u00A0\u2007\u202F\u3000]/g, " ");
  const repairs = fenced && plain !== text ? ["odd spaces replaced"] : [];
  const source = fenced ? plain : text;
  const lines = logicalLines(source);
  const [first, ...others] = lines;
  const margin = Math.min(...indentsOf(lines));
  const inner = Math.min(...indentsOf(others));
  if (first?.indent === 0 && others.length > 0 && inner > 0 && !first.code.endsWith(":") && !first.open) {
    return {
      text: shift(source, (line) => (line === first ? 0 : -inner)),
      repairs: [...repairs, "first line indented"],
    };
  }
  return margin > 0 && Number.isFinite(margin)
    ? { text: shift(source, () => -margin), repairs }
    : { text: source, repairs };
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

const binds = (name: string) => (statement: Statement) =>
  statement.binds.has(name) && (statement.kind !== "other" || statement.lines.length > 1);

/** The statements that `entryPoint` needs, in their order: definitions, imports and assignments, and what changes those. */
function needed(
  code: Code,
  elsewhere: readonly Statement[],
  known: ReadonlySet<string>,
  roots: readonly string[],
): Statement[] {
  const kept = new Set<Statement>();
  const names = [...roots];
  const seen = new Set<string>(names);
  const keep = (statement: Statement) => {
    if (kept.has(statement)) return;
    kept.add(statement);
    for (const use of statement.uses) if (!seen.has(use)) names.push(...(seen.add(use) && [use]));
  };
  const useful = code.statements.filter(
    ({ lines }) =>
      !lines[0]!.code.startsWith("if __name__") && !lines.some(({ code }) => /\binput\s*\(|\bstdin\b/.test(code)),
  );
  const candidates = new Set([...useful, ...code.statements.filter(({ kind }) => kind === "definition")]);
  for (const statement of candidates) {
    if (statement.binds.has("*") || /^sys\.setrecursionlimit\(/.test(statement.lines[0]!.code)) keep(statement);
  }
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const own = [...candidates].filter(({ binds }) => binds.has(name));
    for (const statement of own) keep(statement);
    const found = own.length > 0 || known.has(name) ? undefined : elsewhere.findLast(({ binds }) => binds.has(name));
    if (found) keep(found);
  }
  return [...elsewhere, ...code.statements].filter((statement) => kept.has(statement));
}

/** The prompt stays in front, for its imports and helpers; `from __future__` must come before it. */
function assemble(item: PythonItem, body: string, statements: readonly Statement[]): string {
  const future = statements.filter(({ text }) => /^from\s+__future__/.test(text));
  const rest = statements.filter((statement) => !future.includes(statement));
  const prompt = item.prompt.endsWith("\n") ? item.prompt : `${item.prompt}\n`;
  return [
    ...future.map(({ text }) => text),
    prompt + (body || "    pass\n"),
    ...rest.map(({ text }) => `${text}\n`),
  ].join("\n");
}

/** True when a line returns a value outside of any function in the text: the text is the inside of one. */
function isBody(lines: readonly LogicalLine[]): boolean {
  let inside = -1;
  for (const { indent, code } of lines) {
    if (inside >= 0 && indent <= inside) inside = -1;
    if (inside < 0 && /^(?:async\s+)?(?:def|class)\b/.test(code)) inside = indent;
    else if (inside < 0 && /^(?:return|yield)\b|:\s*return\b|=\s*yield\b/.test(code)) return true;
  }
  return false;
}

/** A function's body without its header, brought under the prompt's header; what follows at the left margin is kept if needed. */
function fromBody(block: Block, item: PythonItem): Omit<Extraction, "rule"> | undefined {
  const source = block.text.replace(/^(?:[ \t]*\n)+/, "");
  const lines = logicalLines(source);
  const [first, second] = lines;
  if (!first) return undefined;
  const repairs: string[] = [];
  const trimmed = first.indent === 0 && second !== undefined && second.indent > 0 && !first.code.endsWith(":");
  const margin = trimmed ? second.indent : first.indent;
  const stop = margin === 0 ? -1 : lines.findIndex(({ indent }, index) => index > 0 && indent < margin);
  let own = stop < 0 ? lines : lines.slice(0, stop);
  while (own.length > 0 && (own.at(-1)!.open || /^(?:else|try|if|for|while|elif|with)\b.*:$/.test(own.at(-1)!.code))) {
    own = own.slice(0, -1);
    repairs.push("unfinished statement cut off");
  }
  if (!isBody(own)) return undefined;
  const text = source.split("\n");
  const end = own.at(-1)!.last + 1;
  const body = text.slice(0, end).join("\n");
  const moved = trimmed || margin !== 4 || body.includes("\t");
  if (moved) repairs.push("body indented");
  const under = moved ? shift(body, (line) => (trimmed && line.first === first.first ? 4 : 4 - margin)) : body;
  const rest = { statements: statementsOf(text.slice(end).join("\n")), repairs: [] };
  const roots = statementsOf(`def body():\n${under}`).flatMap(({ uses }) => [...uses]);
  const kept = needed(
    rest,
    [],
    new Set([item.entry_point]),
    roots.filter((name) => name !== item.entry_point),
  );
  const after = kept.filter(({ binds, unfinished }) => !binds.has(item.entry_point) && !unfinished);
  return { program: assemble(item, `${under}\n`, after), repairs };
}

/**
 * Finds the program in a chat reply or a bare continuation: the last code that defines the entry point, else a body.
 * Undefined when there is none. Changes nothing but fences, indentation and an unfinished last statement.
 */
export function extractProgram(reply: string, item: PythonItem): Extraction | undefined {
  const blocks = blocksOf(finalText(reply));
  const codes = blocks.map(codeOf);
  const defines = binds(item.entry_point);
  const isDefinition = (index: number) => codes[index]!.statements.some(defines);

  const lead = blocks[0];
  if (lead && !lead.fenced && /^\s*?[ \t]+\S/.test(lead.text) && !isDefinition(0)) {
    const found = fromBody(lead, item);
    if (found) return { ...found, rule: "continues the prompt" };
  }
  const order = blocks.map((_, index) => index).filter(isDefinition);
  const real = (index: number) =>
    codes[index]!.statements.some((s) => defines(s) && (s.kind !== "definition" || hasBody(s)));
  const clean = (index: number) => !codes[index]!.repairs.includes("unfinished statement cut off");
  const fenced = order.filter((index) => blocks[index]!.fenced);
  for (const group of [fenced, order]) {
    const best = group.findLast((i) => real(i) && clean(i)) ?? group.findLast(real) ?? group.at(-1);
    if (best === undefined) continue;
    const code = codes[best]!;
    const elsewhere = codes
      .filter((_, index) => index !== best && blocks[index]!.fenced)
      .flatMap(({ statements }) => statements)
      .filter((statement) => statement.kind !== "other" && !statement.binds.has(item.entry_point));
    const known = new Set(statementsOf(item.prompt).flatMap((statement) => [...statement.binds]));
    const statements = needed(code, elsewhere, known, [item.entry_point]);
    const rule = blocks[best]!.fenced ? "last fence that defines the function" : "plain code";
    return { program: assemble(item, "", statements), rule, repairs: [...new Set(code.repairs)] };
  }
  for (const [rule, group] of [
    ["body in a fence", blocks.filter(({ fenced }) => fenced)],
    ["body in the text", blocks.filter(({ fenced }) => !fenced)],
  ] as const) {
    for (const block of group.toReversed()) {
      const found = fromBody(block, item);
      if (found) return { ...found, rule };
    }
  }
  return undefined;
}
