/**
 * GSM8K: 1319 grade-school math word problems, answered with a number. https://arxiv.org/abs/2110.14168
 * {"question": "Natalia sold clips to 48 of her friends …", "answer": "… #### 72"}
 */
import { describeEval } from "../src/eval.ts";
import { officialGsm8k } from "../src/formats.ts";
import { withLmEval } from "../src/graders/lm-eval.ts";
import { numberGrader } from "../src/graders/number.ts";

describeEval("gsm8k", {
  dataset: officialGsm8k,
  prompt: { user: "gsm8k_v1" },
  grader: withLmEval(numberGrader),
  gate: { minAccuracy: 0.85 },
});
