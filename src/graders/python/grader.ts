import type { Grade, Grader, GraderService } from "../../types.ts";
import { extractProgram } from "./extract.ts";
import type { PythonItem } from "./item.ts";
import { type Judge, openJudge } from "./judge.ts";

/** Grades a completion by running its code against the item's tests. Throws a JudgeError when the judge itself fails. */
export function pythonGrader(judge: Judge): Grader<PythonItem> {
  return async (completion, item): Promise<Grade> => {
    const found = extractProgram(completion.text, item);
    const answer = found && { answer: found.program, rule: found.rule, repairs: found.repairs };
    if (completion.finishReason === "length") return { correct: false, ...answer, reason: "cut by the token limit" };
    if (!found) return { correct: false, reason: `no code that defines ${item.entry_point}` };
    return { ...(await judge.judge(found.program, item)), ...answer };
  };
}

/** The grader of HumanEval: a judge in the sandbox of the settings, opened and proved before the first item. */
export const pythonJudge: GraderService<PythonItem> = {
  async open({ sandbox }) {
    const judge = await openJudge({ sandbox });
    return {
      grade: pythonGrader(judge),
      judge: { sandbox: judge.sandbox, python: judge.python },
      close: () => judge.close(),
    };
  },
};
