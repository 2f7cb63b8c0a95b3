/** `npx node bench/datasets.ts`: how long the official datasets take to load and check, in ms, median of 9. Needs ../shared/data or datasets/.cache. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../src/datasets.ts";
import { officialGsm8k, officialHumanEval } from "../src/formats.ts";

const root = join(import.meta.dirname, "..");
const shared = join(root, "../shared/data");
const gsm8k = [join(shared, "gsm8k/test.jsonl"), join(root, officialGsm8k.path)].find(existsSync);
const humaneval = [join(shared, "humaneval/HumanEval.jsonl"), join(root, officialHumanEval.path)].find(existsSync);
if (!gsm8k || !humaneval) throw new Error("the official datasets are not here: npm run datasets");

const times = Array.from({ length: 9 }, () => {
  const start = performance.now();
  loadDataset(officialGsm8k, gsm8k, root);
  loadDataset(officialHumanEval, humaneval, root);
  return performance.now() - start;
});
console.log(
  `GSM8K and HumanEval: first ${times[0]!.toFixed(0)} ms, median ${times.sort((a, b) => a - b)[4]!.toFixed(0)} ms`,
);
