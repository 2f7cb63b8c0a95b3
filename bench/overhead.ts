/**
 * `npm run bench`: what the suite costs beside a bare loop of the same requests, whole processes, start-up included, with the
 * store, retries and the full report on. Writes reports/bench.json. Linux only. `npm run bench -- soak` runs 20,000 items
 * through a faulty server.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { additionEval, createProject } from "../tests/project.ts";
import { type Cost, measure, withServer } from "./measure.ts";

const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const here = (name: string) => join(import.meta.dirname, name);

async function runSuite(
  url: string,
  items: number,
  flags: readonly string[],
  vitestFlags: readonly string[] = [],
): Promise<Cost & { scored: number; errors: number }> {
  const project = createProject(additionEval("sums", items));
  const { PATH = "", HOME = "" } = process.env;
  // As for a user who is not here for the first time: Vitest keeps transformed modules.
  await project.run(["--", "--endpoint", url, "--limit", "1"]);
  const cost = await measure(process.execPath, [vitest, "run", ...vitestFlags, "--", "--endpoint", url, ...flags], {
    cwd: project.root,
    env: { PATH, HOME, NO_COLOR: "1" },
  });
  const [sums] = project.report().evals;
  project.remove();
  return { ...cost, scored: sums!.scored, errors: sums!.errors };
}

const row = (name: string, values: Record<string, number>) => ({
  name,
  ...Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value.toFixed(2))])),
});
const rows: object[] = [];

if (process.argv[2] === "soak") {
  const cost = await withServer(["5", "faults"], (url) =>
    runSuite(url, 20_000, ["--concurrency", "64"], ["--testTimeout", "5000"]),
  );
  rows.push(
    row("20,000 items, 9 % faults", {
      wallS: cost.wallMs / 1000,
      cpuS: cost.cpuMs / 1000,
      peakMib: cost.peakMib,
      scored: cost.scored,
      errors: cost.errors,
    }),
  );
} else {
  const ITEMS = 1319;
  const one = await withServer(["0"], (url) => runSuite(url, 1, []));
  rows.push(row("one item", { wallS: one.wallMs / 1000, cpuS: one.cpuMs / 1000, peakMib: one.peakMib }));
  for (const latency of [0, 50]) {
    for (const concurrency of [8, 64]) {
      await withServer([String(latency)], async (url) => {
        const bare = await measure(process.execPath, [here("bare.ts"), url, String(ITEMS), String(concurrency)]);
        const suite = await runSuite(url, ITEMS, ["--concurrency", String(concurrency)]);
        rows.push(
          row(`${latency} ms, ${concurrency} in flight`, {
            wallS: suite.wallMs / 1000,
            bareS: bare.wallMs / 1000,
            ratio: suite.wallMs / bare.wallMs,
            cpuMsPerFurtherItem: (suite.cpuMs - one.cpuMs) / (ITEMS - 1),
            peakMib: suite.peakMib,
          }),
        );
      });
    }
  }
}
console.log(
  `load average before and during: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`,
);
console.table(rows);
const folder = join(import.meta.dirname, "../reports");
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, "bench.json"),
  JSON.stringify({ date: new Date().toISOString(), load: loadavg(), rows }, null, 1),
);
