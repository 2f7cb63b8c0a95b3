/**
 * Format: exact, contains, regex, JSON and number checks for real models, half of them in Traditional Chinese.
 * {"id": "json-city-zh", "question": "…只回覆 JSON…", "json": {"type": "object", …}}
 */
import { describeEval } from "../src/eval.ts";
import { textChecks } from "../src/formats.ts";
import { textChecksGrader } from "../src/graders/checks.ts";

describeEval("format", {
  dataset: textChecks("datasets/format.jsonl"),
  prompt: { user: "format_v1" },
  grader: textChecksGrader,
  gate: { minAccuracy: 0.9 },
});
