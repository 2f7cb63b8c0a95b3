import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { loadDataset } from "../../datasets.ts";
import { messageOf, UserError } from "../../errors.ts";
import { textChecks } from "../../formats.ts";
import { textCheckRow } from "../../graders/checks.ts";

/**
 * Appends a question with its check, such as `contains Paris`, as a row to a dataset of text checks. Gives the line that says so.
 * @throws UserError, and writes nothing, if the row or the file would not run.
 */
export function saveRow(id: string, question: string, check: string, path: string, root: string): string {
  const [, kind = "", value = ""] = /^(\w+)\s+([\s\S]+)$/.exec(check.trim()) ?? [];
  const row = { id, question, [kind]: kind === "number" || kind === "json" ? fromJson(kind, value) : value };
  const known = ["exact", "contains", "regex", "number", "json"];
  if (!known.includes(kind)) throw new UserError(`a check is one of ${known.join(", ")}, and its value.`);
  const { success, error } = textCheckRow.safeParse(row);
  if (!success) throw new UserError(`${check}: ${error.issues[0]!.message}`);
  const file = resolve(root, path);
  const name = relative(root, file);
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (before.trim() !== "" && loadDataset(textChecks(name), file, root).items.some((item) => item.id === id))
    throw new UserError(`${name} has a row "${id}" already: choose another name.`);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${before === "" || before.endsWith("\n") ? "" : "\n"}${JSON.stringify(row)}\n`);
  return `saved; npx vitest run evals/smoke -- --dataset ${name}`;
}

function fromJson(kind: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new UserError(`${kind} ${value}: ${messageOf(error)}`);
  }
}
