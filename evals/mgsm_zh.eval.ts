/**
 * MGSM, Chinese (simplified): 250 problems of GSM8K, translated by people. https://arxiv.org/abs/2210.03057
 * A row is a question, a tab and a number.
 */
import { describeEval } from "../src/eval.ts";
import { officialMgsm } from "../src/formats.ts";
import { numberGrader } from "../src/graders/number.ts";

describeEval("mgsm_zh", {
  dataset: officialMgsm("zh"),
  prompt: { user: "mgsm_zh_v1" },
  grader: numberGrader,
  gate: { minAccuracy: 0.75 },
});
