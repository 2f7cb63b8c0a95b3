/**
 * HumanEval: 164 Python functions, written by the model and run in a sandbox. https://arxiv.org/abs/2107.03374
 * {"task_id": "HumanEval/0", "prompt": "def …", "entry_point": "…", "test": "def check(candidate): …"}
 */
import { describeEval } from "../src/eval.ts";
import { officialHumanEval } from "../src/formats.ts";
import { pythonJudge } from "../src/graders/python/grader.ts";

describeEval("humaneval", {
  dataset: officialHumanEval,
  prompt: { user: "humaneval_v1" },
  grader: pythonJudge,
  gate: { minAccuracy: 0.8 },
});
