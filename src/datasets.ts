import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { gunzipSync } from "node:zlib";
import type { z } from "zod";
import { messageOf, UserError } from "./errors.ts";
import type { OfficialName } from "./official.ts";
import type { Item } from "./types.ts";

/** A dataset's format: the file it is in, the schema of a row, and how a row becomes an item. */
export interface Dataset<T extends Item, Row = unknown> {
  /** Relative to the project. */
  readonly path: string;
  /** Set for a dataset that does not ship with the project: its name among the official ones. */
  readonly official?: OfficialName;
  readonly row: z.ZodType<Row>;
  /** `index` counts the rows from 0. */
  item(row: Row, index: number): T;
}

export interface LoadedDataset<T> {
  readonly items: readonly T[];
  readonly path: string;
  readonly sha256: string;
}

/**
 * Reads and checks a dataset: JSONL, or TSV of question and answer, either also gzipped. A byte order mark, CRLF,
 * empty lines and a missing last newline are fine.
 * @throws UserError with file and line for a missing file, broken JSON, a wrong field or a duplicate id.
 */
export function loadDataset<T extends Item, Row>(
  dataset: Dataset<T, Row>,
  file: string,
  root: string,
): LoadedDataset<T> {
  const { rows, path, sha256 } = readRows(file, root);
  const items: T[] = [];
  const lineOf = new Map<string, number>();
  for (const { row, line, where } of rows) {
    const item = dataset.item(checkRow(dataset.row, row, where), items.length);
    const earlier = lineOf.get(item.id);
    if (earlier !== undefined) {
      throw new UserError(`${where}: the id "${item.id}" is already on line ${earlier}; ids must be unique.`);
    }
    lineOf.set(item.id, line);
    items.push(item);
  }
  if (items.length === 0) throw new UserError(`${path} holds no rows.`);
  return { items, path, sha256 };
}

export interface Rows {
  readonly rows: readonly { readonly row: unknown; readonly line: number; readonly where: string }[];
  readonly path: string;
  readonly sha256: string;
}

/** The rows of a file as they stand there, unchecked. Throws a UserError with file and line for what cannot be parsed. */
export function readRows(file: string, root: string): Rows {
  const path = relative(root, file).replaceAll("\\", "/");
  const bytes = readBytes(file, path);
  const parse = /\.tsv(\.gz)?$/.test(file) ? parseTsv : parseJson;
  const lines = bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split("\n");
  const rows = lines.flatMap((text, index) => {
    const where = `${path}:${index + 1}`;
    return text.trim() === "" ? [] : [{ row: parse(text, where), line: index + 1, where }];
  });
  return { rows, path, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function readBytes(file: string, path: string): Buffer {
  try {
    const bytes = readFileSync(file);
    return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw new UserError(`dataset ${path} cannot be read: ${messageOf(error)}`);
  }
}

function parseTsv(line: string, where: string): unknown {
  const [question, answer, ...more] = line.trimEnd().split("\t");
  if (answer === undefined || more.length > 0)
    throw new UserError(`${where}: expected a question, a tab and an answer.`);
  return { question, answer };
}

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UserError(`${where}: not valid JSON: ${messageOf(error)}`);
  }
}

function checkRow<Row>(schema: z.ZodType<Row>, row: unknown, where: string): Row {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = issue.path.length > 0 ? `field "${issue.path.join(".")}": ` : "";
  throw new UserError(`${where}: ${field}${issue.message}`);
}

/**
 * The items of a run: the first `limit`, or `sample` of them in the order of sha256(id). That order is the same
 * on every machine and for every N, so that the 20 lie within the 50; the items keep the file's order.
 */
export function selectItems<T extends Item>(
  items: readonly T[],
  { limit, sample }: { limit?: number | undefined; sample?: number | undefined },
): readonly T[] {
  if (sample !== undefined) {
    const ranked = items.map((item) => ({ item, rank: createHash("sha256").update(item.id).digest("hex") }));
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    const chosen = new Set(ranked.slice(0, sample).map(({ item }) => item));
    return items.filter((item) => chosen.has(item));
  }
  return items.slice(0, limit);
}
