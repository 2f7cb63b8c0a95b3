import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadDataset, selectItems } from "../src/datasets.ts";
import { officialMgsm, textChecks } from "../src/formats.ts";

const root = mkdtempSync(join(tmpdir(), "datasets-"));

function load(text: string) {
  writeFileSync(join(root, "d.jsonl"), text);
  return loadDataset(textChecks("d.jsonl"), join(root, "d.jsonl"), root);
}
const row = (id: string, more: object = {}) => JSON.stringify({ id, question: "?", number: 1, ...more });

test("a byte order mark, CRLF, empty lines and a missing last newline are fine", () => {
  expect(load(`\uFEFF${row("a")}\r\n\r\n${row("b")}`).items.map(({ id }) => id)).toEqual(["a", "b"]);
});

test.each([
  [`${row("a")}\n{"id": `, "d.jsonl:2: not valid JSON"],
  [`${row("a")}\n\n${row("b", { question: 7 })}`, 'd.jsonl:3: field "question": '],
  [`${row("a")}\n${row("a")}`, 'd.jsonl:2: the id "a" is already on line 1; ids must be unique.'],
  ["\n", "d.jsonl holds no rows."],
])("%j is refused with file and line", (text, message) => {
  expect(() => load(text)).toThrow(message);
});

test("a gzipped file is read as the file in it, and its checksum is that of the file in it", () => {
  writeFileSync(join(root, "d.jsonl.gz"), gzipSync(row("a")));
  const zipped = loadDataset(textChecks("d"), join(root, "d.jsonl.gz"), root);
  expect(zipped.items.map(({ id }) => id)).toEqual(["a"]);
  expect(zipped.sha256).toBe(load(row("a")).sha256);
});

test("a TSV line without its tab is refused with file and line", () => {
  writeFileSync(join(root, "d.tsv"), "What is 1 + 1?\t2\nno answer here\n");
  expect(() => loadDataset(officialMgsm("en"), join(root, "d.tsv"), root)).toThrow(
    "d.tsv:2: expected a question, a tab and an answer.",
  );
});

test("a missing file is named", () => {
  expect(() => loadDataset(textChecks("x"), join(root, "none.jsonl"), root)).toThrow(
    "dataset none.jsonl cannot be read",
  );
});

const items = Array.from({ length: 100 }, (_, n) => ({ id: `gsm8k/${n}`, target: "" }));
const ids = (chosen: readonly { id: string }[]) => chosen.map(({ id }) => id);

test("a smaller sample lies within a larger one, and both keep the file's order", () => {
  const [small, large] = [ids(selectItems(items, { sample: 20 })), ids(selectItems(items, { sample: 50 }))];
  expect(small).toHaveLength(20);
  expect(large.filter((id) => small.includes(id))).toEqual(small);
});

test("a sample is the same on every machine", () => {
  expect(ids(selectItems(items, { sample: 3 }))).toEqual(["gsm8k/60", "gsm8k/82", "gsm8k/93"]);
});

test("a limit takes the first items, and more than there are is all", () => {
  expect(ids(selectItems(items, { limit: 2 }))).toEqual(["gsm8k/0", "gsm8k/1"]);
  expect(selectItems(items, { sample: 1000 })).toHaveLength(100);
});
