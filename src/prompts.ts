import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { readRows } from "./datasets.ts";
import { messageOf, UserError } from "./errors.ts";
import type { Message, PromptSource } from "./types.ts";

/** A prompt file, read and parsed: `render` fills in an item's fields and gives a message. */
export interface PromptTemplate {
  readonly source: PromptSource;
  render(fields: object): Message;
  /** The datasets that it has taken rows from, by their paths. */
  readonly reads: ReadonlySet<string>;
}

/** The path of a prompt: a bare name such as `gsm8k_v1` means `prompts/gsm8k_v1.txt`. */
export function promptFile(nameOrPath: string, root: string): string {
  return /[\\/.]/.test(nameOrPath) ? resolve(root, nameOrPath) : resolve(root, "prompts", `${nameOrPath}.txt`);
}

/**
 * Reads a prompt file: a Jinja template. Its variables are the item's fields; `rows("datasets/shots.jsonl")` are the rows of
 * a file, for a few-shot prompt.
 * @throws UserError if the file is missing or its Jinja does not parse; `render` throws one that names an unknown variable.
 */
export function loadPrompt(role: Message["role"], nameOrPath: string, root: string): PromptTemplate {
  const file = promptFile(nameOrPath, root);
  const path = relative(root, file).replaceAll("\\", "/");
  const text = readText(file, path);
  const program = parseTemplate(text, path);
  const read = new Map<string, unknown[]>();
  const rows = (dataset: string): unknown[] => {
    const from = resolve(root, dataset);
    if (!read.has(from))
      read.set(
        from,
        readRows(from, root).rows.map(({ row }) => row),
      );
    return read.get(from)!;
  };
  const sha256 = createHash("sha256").update(text).digest("hex");
  return {
    source: { role, path, sha256 },
    get reads() {
      return new Set(read.keys());
    },
    render(fields) {
      const environment = new Environment();
      const variables = { true: true, false: false, none: null, rows, ...fields };
      for (const [name, value] of Object.entries(variables)) environment.set(name, value);
      try {
        return { role, content: new StrictInterpreter(environment, path).run(program).toString().trim() };
      } catch (error) {
        throw error instanceof UserError ? error : new UserError(`prompt file ${path}: ${messageOf(error)}`);
      }
    },
  };
}

function readText(file: string, path: string): string {
  try {
    return readFileSync(file, "utf8")
      .replace(/^\uFEFF/, "")
      .replaceAll("\r\n", "\n");
  } catch (error) {
    throw new UserError(`prompt file ${path} cannot be read: ${messageOf(error)}`);
  }
}

function parseTemplate(text: string, path: string) {
  try {
    return parse(tokenize(text, { lstrip_blocks: true, trim_blocks: true }));
  } catch (error) {
    throw new UserError(`prompt file ${path} is not valid Jinja: ${messageOf(error)}`);
  }
}

type Statement = Parameters<Interpreter["evaluate"]>[0];

/** Jinja renders an unknown variable as nothing; in a prompt that is a mistake that would cost a whole run. */
class StrictInterpreter extends Interpreter {
  readonly #path: string;
  #guarded = false;

  constructor(environment: Environment, path: string) {
    super(environment);
    this.#path = path;
  }

  override evaluate(statement: Statement, environment: Environment): ReturnType<Interpreter["evaluate"]> {
    const type = statement?.type;
    if (type === "TestExpression" || isDefaultFilter(statement))
      return this.#guard(() => super.evaluate(statement, environment));
    const value = super.evaluate(statement, environment);
    const isVariable = type === "Identifier" || type === "MemberExpression";
    if (isVariable && value.type === "UndefinedValue" && !this.#guarded) {
      throw new UserError(`prompt file ${this.#path} uses "${nameOf(statement)}", which the item does not have.`);
    }
    return value;
  }

  /** `is defined` and `| default(…)` may look at what is not there. */
  #guard<T>(evaluate: () => T): T {
    const before = this.#guarded;
    this.#guarded = true;
    try {
      return evaluate();
    } finally {
      this.#guarded = before;
    }
  }
}

function isDefaultFilter(statement: unknown): boolean {
  const { filter } = statement as { filter?: { value?: string; callee?: { value?: string } } };
  return (filter?.callee ?? filter)?.value === "default";
}

function nameOf(node: unknown): string {
  const { value, object, property } = node as { value?: unknown; object?: unknown; property?: unknown };
  return object ? `${nameOf(object)}.${nameOf(property)}` : String(value);
}
