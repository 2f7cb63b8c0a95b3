/** The two verdicts of lm-evaluation-harness on GSM8K, so that a figure can be laid beside published ones. */

import type { Grader, Item } from "../types.ts";

export interface LmEvalVerdicts {
  readonly strict: boolean;
  readonly flexible: boolean;
}

/**
 * What `strict-match` and `flexible-extract` of lm-evaluation-harness' task gsm8k (version 3) say about a reply,
 * their known failings included (31.00 is not 31, a full stop can be a number). `gold` is the number or the official
 * `answer` text that ends in `#### n`.
 * https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/tasks/gsm8k/gsm8k.yaml
 */
export function lmEvalVerdicts(text: string, gold: string): LmEvalVerdicts {
  const strict = /#### (-?[0-9.,]+)/.exec(text)?.[1];
  const flexible = text.match(/-?[$0-9.,]{2,}|-?[0-9]+/g)?.at(-1);
  const equalsGold = (answer: string | undefined) => answer !== undefined && normalise(answer) === normalise(gold);
  return { strict: equalsGold(strict), flexible: equalsGold(flexible) };
}

/** The task's `regexes_to_ignore` (`,` `\\$` `(?s).*#### ` `\\.$`) and `ignore_case`, in time linear in the text. */
function normalise(text: string): string {
  const bare = text.replace(/[,$]/g, "");
  const mark = bare.lastIndexOf("#### ");
  return bare
    .slice(mark < 0 ? 0 : mark + "#### ".length)
    .replace(/\.(?=\n?$)/, "")
    .toLowerCase();
}

/** The same grader, with lm-evaluation-harness's two verdicts recorded beside its own. */
export const withLmEval =
  <T extends Item>(grader: Grader<T>): Grader<T> =>
  async (completion, item) => {
    const { strict, flexible } = lmEvalVerdicts(completion.text, item.target);
    return {
      ...(await grader(completion, item)),
      otherGraders: { lm_eval_strict: strict, lm_eval_flexible: flexible },
    };
  };
