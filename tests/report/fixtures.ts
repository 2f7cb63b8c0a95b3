import { buildReport } from "../../src/report/build.ts";
import type { Report } from "../../src/report/schema.ts";
import type { EvalInfo, EvalRecord, Verdict } from "../../src/types.ts";

const run: EvalInfo["run"] = {
  backend: "hf_api",
  model: "m",
  endpoint: "e",
  temperature: 0,
  maxTokens: 9,
  topP: null,
  reasoningEffort: null,
  seed: 0,
  limit: null,
  sample: null,
  repeats: 1,
  prompts: [],
  judge: null,
};

export const infoOf = (
  name: string,
  more: Partial<EvalInfo["run"]> = {},
  gate: EvalInfo["gate"] = { minAccuracy: 0 },
): EvalInfo => ({
  name,
  variant: "",
  file: "f",
  dataset: "d",
  datasetSha256: "0",
  run: { ...run, ...more },
  gate,
  demoCounts: false,
  shard: null,
});

export const recordOf = (id: string, verdict: Verdict | null, more: Partial<EvalRecord> = {}): EvalRecord => ({
  id,
  rowSha256: `row of ${id}`,
  index: 0,
  repeat: 0,
  verdict,
  target: "1",
  answer: verdict === "correct" ? "1" : "2",
  rule: null,
  reason: null,
  otherGraders: {},
  repairs: [],
  retries: 0,
  prompt: [],
  completion: null,
  ...more,
});

/** A report of one eval whose items 0, 1, 2 … have these verdicts: c(orrect), i(ncorrect), s(kipped), e(rror). */
export function reportOf(verdicts: string, baseline?: Report): Report {
  const words = { c: "correct", i: "incorrect", s: "skipped", e: "error" } as const;
  const records = [...verdicts].map((letter, n) => recordOf(`x/${n}`, words[letter as keyof typeof words]));
  return buildReport(
    [{ info: infoOf("x"), records, elapsedMs: 1 }],
    { startedAt: "2026-11-24T00:00:00.000Z", elapsedMs: 1 },
    baseline,
  );
}
