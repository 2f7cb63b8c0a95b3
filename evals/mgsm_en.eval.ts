/**
 * MGSM, English: 250 problems of GSM8K, the originals of the translations. https://arxiv.org/abs/2210.03057
 * A row is a question, a tab and a number.
 */
import { describeEval } from "../src/eval.ts";
import { officialMgsm } from "../src/formats.ts";
import { numberGrader } from "../src/graders/number.ts";

describeEval("mgsm_en", {
  dataset: officialMgsm("en"),
  prompt: { user: "mgsm_en_v1" },
  grader: numberGrader,
  gate: { minAccuracy: 0.85 },
});
