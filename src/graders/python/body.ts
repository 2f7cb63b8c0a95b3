import type { Block } from "./blocks.ts";
import type { PythonItem } from "./item.ts";
import { expandTabs, type LogicalLine, logicalLines, shift, trimmedBy } from "./lines.ts";
import { assemble, type Extraction, needed } from "./program.ts";
import { statementsOf } from "./statements.ts";

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

/** A reply that starts indented, or with a statement that only the inside of a function has, goes on where the prompt ends. */
export const startsInside =
  /^(?:[ \t]*\n)*(?:[ \t]+\S|return\b|(?:if|for|while|with|try)\b.*:.*\n|(?:import |from \w+ import |[A-Za-z_][\w.,[\] ]*[-+*/]?=[^=]|[\w.]+\().*\n(?:[ \t]*\n)*[ \t]+\S)/;

/** A function's body without its header, brought under the prompt's header; what follows at the left margin is kept if needed. */
export function fromBody(block: Block, item: PythonItem): Omit<Extraction, "rule"> | undefined {
  const source = expandTabs(block.text.replace(/^(?:[ \t]*\n)+/, ""));
  const lines = logicalLines(source);
  const trimmed = trimmedBy(lines);
  const margin = lines[0]?.indent || trimmed;
  const stop = margin === 0 ? -1 : lines.findIndex(({ indent }, index) => index > 0 && indent < margin);
  let own = stop < 0 ? lines : lines.slice(0, stop);
  const repairs: string[] = [];
  while (
    own.length > 0 &&
    (own.at(-1)!.open || /^(?:else|try|if|for|while|elif|with|def)\b.*:$/.test(own.at(-1)!.code))
  ) {
    own = own.slice(0, -1);
    repairs.push("unfinished statement cut off");
  }
  if (own.length === 0) return undefined;
  const text = source.split("\n");
  const end = own.at(-1)!.last + 1;
  const body = text.slice(0, end).join("\n");
  const under = shift(body, ({ first }) => (trimmed && first === 0 ? 4 : 4 - margin));
  const moved = logicalLines(under);
  if (!isBody(moved) || moved.some(({ code }) => startsDefinition(item.entry_point, code))) return undefined;
  if (expandTabs(block.text) !== block.text || under !== body) repairs.push("body indented");
  const rest = { statements: statementsOf(text.slice(end).join("\n")), repairs: [] };
  const roots = statementsOf(`def body():\n${under}`).flatMap(({ uses }) => [...uses]);
  const known = new Set([item.entry_point]);
  const kept = needed(
    rest,
    [],
    known,
    roots.filter((name) => name !== item.entry_point),
  );
  const after = kept.filter(({ binds, unfinished }) => !binds.has(item.entry_point) && !unfinished);
  return { program: assemble(item, `${under}\n`, after), repairs: [...new Set(repairs)] };
}

const startsDefinition = (name: string, code: string) => new RegExp(`^(?:async\\s+)?def\\s+${name}\\b`).test(code);
