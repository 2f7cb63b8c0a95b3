import { describe, expect, test } from "vitest";
import { lmEvalVerdicts } from "../../src/graders/lm-eval.ts";
import { extractNumber, sameNumber } from "../../src/graders/number.ts";
import { recorded } from "./recorded.ts";

interface Row {
  source: string;
  id: string;
  gold: string;
  output: string;
  lm_eval_strict: boolean;
  lm_eval_flexible: boolean;
  all_graders_agree: boolean;
}

interface HardRow {
  n: number;
  gold: string;
  output: string;
  correct: boolean;
}

const rows = recorded<Row>("gsm8k.jsonl.gz");
const hardRows = recorded<HardRow>("gsm8k_hard.jsonl.gz");

function isCorrect({ output, gold }: { output: string; gold: string }): boolean {
  const found = extractNumber(output);
  return found !== undefined && sameNumber(found.answer, gold);
}

describe.skipIf(!rows || !hardRows)("on the recorded answers (skipped where ../shared/data is absent)", () => {
  test("lm-eval's verdicts are the recorded ones on every row", () => {
    const different = rows!.filter(({ output, gold, lm_eval_strict, lm_eval_flexible }) => {
      const { strict, flexible } = lmEvalVerdicts(output, gold);
      return strict !== lm_eval_strict || flexible !== lm_eval_flexible;
    });
    expect(different).toEqual([]);
    expect(rows).toHaveLength(5276);
  });

  test("where all graders agree, ours does too, but for five rows in which they are wrong", () => {
    const agreed = rows!.filter((row) => row.all_graders_agree);
    const different = agreed.filter((row) => isCorrect(row) !== row.lm_eval_flexible);
    expect(different.map(({ source, id }) => `${source} ${id}`)).toEqual([
      "zeroeval/gemma-2-2b-it gsm8k-test-1047", // a loop, cut off after an intermediate 10
      "gsm-plus/gpt-3.5-turbo gsm8k-test-5", // "$64 for the 16 glasses" is right
      "gsm-plus/gpt-3.5-turbo gsm8k-test-266", // "#### 118 000" is right
      "gsm-plus/gpt-3.5-turbo gsm8k-test-739", // "$98 on 10-gallon jars and 16 half-gallon jars" is right
      "gsm-plus/gpt-3.5-turbo gsm8k-test-767", // "$60 to make 4 liters of juice" is right
    ]);
    expect(different.length / agreed.length).toBeLessThan(0.002);
  });

  test("the hard answers get the verdicts of a careful reader", () => {
    expect(hardRows!.filter((row) => isCorrect(row) !== row.correct).map(({ n }) => n)).toEqual([]);
  });
});
