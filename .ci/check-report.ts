/** Checks the report of `npm run eval`: valid, of the demo model, with real completions, and over its gate. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { z } from "zod";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const schema = z.fromJSONSchema(read("../reporters/accuracy.schema.json"));
const report = read("../reports/accuracy.json");
schema.parse(report);

const [smoke] = report.evals;
assert.equal(smoke.run.model, "demo");
assert.equal(smoke.gate.outcome, "passed");
assert.ok(smoke.total >= 40, `only ${smoke.total} items`);
assert.equal(smoke.scored, smoke.total);
assert.ok(
  new Set(smoke.items.map((item: { completion: string }) => item.completion)).size > 20,
  "the completions are not real",
);
console.log(`report checked: ${smoke.correct} of ${smoke.total} correct`);
