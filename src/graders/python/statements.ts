import { type LogicalLine, logicalLines } from "./lines.ts";

/** A statement at the left margin, with its decorators and its else, except and finally parts. */
export interface Statement {
  readonly text: string;
  readonly lines: readonly LogicalLine[];
  readonly kind: "definition" | "import" | "assignment" | "compound" | "other";
  /** Names that it sets or changes at the top level. */
  readonly binds: ReadonlySet<string>;
  /** Names of the top level that it may use. */
  readonly uses: ReadonlySet<string>;
  readonly unfinished: boolean;
}

const name = "[A-Za-z_]\\w*";
const definition = new RegExp(`^(?:async\\s+)?(?:def|class)\\s+(${name})`);
const assignment = new RegExp(`^(${name})(?:\\s*[.[][^=]*)?\\s*(?::[^=]+)?(?:[-+*/%&|^@]|//|\\*\\*|<<|>>)?=(?!=)`);
const tuple = new RegExp(`^\\(?\\s*(${name}(?:\\s*,\\s*\\*?${name})+)\\s*,?\\s*\\)?\\s*=(?!=)`);
const loop = /^(?:async\s+)?for\s+(.+?)\s+in\b/;
const method = new RegExp(`^(${name})\\.\\w+\\s*\\(`);
const continued = /^(?:else|elif|except|finally)\b/;
const words = (text: string): string[] => text.match(/[A-Za-z_]\w*/g) ?? [];

/** Names that one line sets: of an import, a definition, an assignment, a loop, a `with`, or a method call that may change its object. */
function namesSet(code: string): string[] {
  const imported = /^(?:from\s+[\w.]+\s+)?import\s+(.*)$/.exec(code);
  if (imported) {
    return imported[1]!.split(",").map((part) => words(part.replace(/^.*\bas\s/, ""))[0] ?? "*");
  }
  const chain = code.split(/(?<![=!<>:])=(?!=)/).slice(1, -1);
  const single = definition.exec(code) ?? assignment.exec(code) ?? method.exec(code);
  const several = tuple.exec(code) ?? loop.exec(code) ?? /^(?:async\s+)?with\b.*\bas\s+(.+):/.exec(code);
  return [...(single ? [single[1]!] : []), ...words(several?.[1] ?? ""), ...chain.map((part) => words(part)[0] ?? "")];
}

/** The parameters of a `def` header, and the names in its annotations and defaults. */
function parametersOf(code: string): { own: string[]; outer: string[] } {
  const open = code.indexOf("(");
  const own: string[] = [];
  const outer: string[] = [];
  let depth = 0;
  for (const { 0: token, index } of code.slice(open).matchAll(/[A-Za-z_]\w*|[([{]|[)\]}]|,/g)) {
    if ("([{".includes(token)) depth += 1;
    else if (")]}".includes(token)) depth -= 1;
    else if (token !== ",") {
      const first = depth === 1 && /[(,]\s*\*{0,2}\s*$/.test(code.slice(open, open + index));
      (first ? own : outer).push(token);
    }
  }
  return { own, outer };
}

/** Names that a statement takes from outside: all its words but attributes, and but what its functions set themselves. */
function namesUsed(lines: readonly LogicalLine[], isDefinition: boolean): Set<string> {
  const local = new Set<string>();
  const global = new Set<string>();
  const used = new Set<string>();
  for (const { code } of lines) {
    const free = words(code.replace(/\.\s*[A-Za-z_]\w*/g, " "));
    for (const word of free) used.add(word);
    if (!isDefinition) continue;
    if (/^(?:async\s+)?def\b/.test(code)) {
      const { own, outer } = parametersOf(code);
      for (const word of own) local.add(word);
      for (const word of outer) global.add(word);
    } else if (/^(?:global|nonlocal)\b/.test(code)) for (const word of free) global.add(word);
    else if (code.startsWith("@")) for (const word of free) global.add(word);
    else if (!method.test(code) && !/^\w+\s*[.[]/.test(code)) for (const word of namesSet(code)) local.add(word);
    for (const [, ...own] of code.matchAll(
      /\bfor\s+([\w\s,()*]+?)\s+in\b|\blambda\s+([^:]*):|(\w+)\s*:=|\bas\s+(\w+)/g,
    )) {
      for (const word of words(own.join(" "))) local.add(word);
    }
  }
  for (const word of local) if (!global.has(word)) used.delete(word);
  return used;
}

/** A block header must be followed by a deeper line, and a decorator by its function. */
function isCut(line: LogicalLine): boolean {
  return (
    line.open ||
    line.code.endsWith(":") ||
    line.code.startsWith("@") ||
    (/[-+*/%=<>|&^\\.]$|\b(?:and|or|not|in|is|import)$/.test(line.code) && !/\bimport \*$|\.\.\.$/.test(line.code))
  );
}

function statementOf(source: readonly string[], lines: readonly LogicalLine[]): Statement {
  const head = lines.find(({ code }) => !code.startsWith("@")) ?? lines[0]!;
  const isDefinition = definition.test(head.code);
  const isImport = /^(?:from|import)\s/.test(head.code);
  const isAssignment = assignment.test(head.code) || tuple.test(head.code);
  const isCompound = /^(?:if|try|for|while|with|async|match)\b.*:/.test(head.code);
  const binding = isDefinition ? [head] : lines;
  return {
    text: source.slice(lines[0]!.first, lines.at(-1)!.last + 1).join("\n"),
    lines,
    kind: isDefinition
      ? "definition"
      : isImport
        ? "import"
        : isAssignment
          ? "assignment"
          : isCompound
            ? "compound"
            : "other",
    binds: new Set(binding.flatMap(({ code }) => namesSet(code))),
    uses: namesUsed(lines, isDefinition),
    unfinished: isCut(lines.at(-1)!),
  };
}

/** The statements at the left margin of a text. Text that is no Python gives statements of kind "other". */
export function statementsOf(source: string): Statement[] {
  const text = source.split("\n");
  const groups: LogicalLine[][] = [];
  for (const line of logicalLines(source)) {
    const group = groups.at(-1);
    const decorated = group?.every(({ code, indent }) => indent === 0 && code.startsWith("@"));
    if (group && (line.indent > 0 || continued.test(line.code) || decorated)) group.push(line);
    else groups.push([line]);
  }
  return groups.map((lines) => statementOf(text, lines));
}

/** True when the definition has a body that does something: not only a docstring, `pass` or `...`. */
export function hasBody(statement: Statement): boolean {
  const head = statement.lines.findIndex(({ code }) => definition.test(code));
  const body = statement.lines.slice(head + 1);
  const oneLine = statement.lines[head] && !/:$/.test(statement.lines[head].code);
  return (
    oneLine || body.some(({ code }) => !/^(?:[A-Za-z]{0,2}""|pass|\.\.\.|raise NotImplementedError.*)$/.test(code))
  );
}
