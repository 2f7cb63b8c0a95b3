import type { PythonItem } from "./item.ts";
import type { Statement } from "./statements.ts";

/** What is run for a reply. `rule` says where the code was found; `repairs` names each change to the model's own text. */
export interface Extraction {
  readonly program: string;
  readonly rule: string;
  readonly repairs: string[];
}

/** The statements of one block, and what was changed to get them. */
export interface Code {
  readonly statements: readonly Statement[];
  readonly repairs: string[];
}

/** Names that code uses without meaning another fence's function of that name. */
const builtins = new Set(
  (
    "abs all any bin bool bytes callable chr complex dict dir divmod enumerate eval filter float format frozenset " +
    "hash hex id input int isinstance issubclass iter key len list map max min next object oct open ord pow print " +
    "range repr reversed round set slice sorted str sum super tuple type zip"
  ).split(" "),
);

/**
 * The statements that `roots` need, in their order: definitions, imports and assignments, and what changes those.
 * What the code itself and the prompt (`known`) do not give is taken from `elsewhere`: the model's other fences.
 */
export function needed(
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
    const { code } = statement.lines[0]!;
    if (statement.binds.has("*") || /^(?:sys\.setrecursionlimit\(|from __future__ )/.test(code)) keep(statement);
  }
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const own = [...candidates].filter(({ binds }) => binds.has(name));
    for (const statement of own) keep(statement);
    const found =
      own.length > 0 || known.has(name) || builtins.has(name)
        ? undefined
        : elsewhere.findLast(({ binds }) => binds.has(name));
    if (found) keep(found);
  }
  return [...elsewhere, ...code.statements].filter((statement) => kept.has(statement));
}

/** The prompt stays in front, for its imports and helpers; `from __future__` must come before it. */
export function assemble(item: PythonItem, body: string, statements: readonly Statement[]): string {
  const future = statements.filter(({ text }) => /^from\s+__future__/.test(text));
  const rest = statements.filter((statement) => !future.includes(statement));
  const prompt = item.prompt.endsWith("\n") ? item.prompt : `${item.prompt}\n`;
  return [
    ...future.map(({ text }) => text),
    prompt + (body || "    pass\n"),
    ...rest.map(({ text }) => `${text}\n`),
  ].join("\n");
}
