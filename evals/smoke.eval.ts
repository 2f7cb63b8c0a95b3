/**
 * Smoke: arithmetic, small word problems, capitals and one-line formats that any model should get right.
 * The demo model may pass it. Rows and checks: datasets/README.md.
 * {"id": "add-37-25", "question": "What is 37 + 25?", "number": 62}
 */
import { describeEval } from "../src/eval.ts";
import { textChecks } from "../src/formats.ts";
import { textChecksGrader } from "../src/graders/checks.ts";

describeEval("smoke", {
  dataset: textChecks("datasets/smoke.jsonl"),
  prompt: { user: "smoke_v1" },
  grader: textChecksGrader,
  gate: { minAccuracy: 0.8 },
  demoCounts: true,
});
