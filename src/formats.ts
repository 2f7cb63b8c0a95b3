/** The formats of datasets: the schema of a row, and how a row becomes an item. */
import { z } from "zod";
import type { Dataset } from "./datasets.ts";
import { type TextCheckItem, type TextChecks, targetOf, textCheckRow } from "./graders/checks.ts";
import { extractNumber } from "./graders/number.ts";
import { official } from "./official.ts";
import type { Item } from "./types.ts";

/** Rows of `id`, `question` and one or more text checks. Every field of a row is a variable of its prompt. */
export const textChecks = (path: string): Dataset<TextCheckItem, z.infer<typeof textCheckRow>> => ({
  path,
  row: textCheckRow,
  item: (row) => ({ ...row, target: targetOf(row as TextChecks) }) as TextCheckItem,
});

export interface QuestionItem extends Item {
  readonly question: string;
}

const gsm8kRow = z.object({
  question: z.string().min(1),
  answer: z.string().regex(/####\s*\S/, 'expected worked steps that end in "#### " and the number'),
});

/** GSM8K's test set as OpenAI publishes it. Its rows have no id: an item is named by its place in the file, from 0. */
export const officialGsm8k: Dataset<QuestionItem, z.infer<typeof gsm8kRow>> = {
  path: official.gsm8k.path,
  official: "gsm8k",
  row: gsm8kRow,
  item: ({ question, answer }, index) => ({
    id: `gsm8k/${index}`,
    question,
    target: answer.slice(answer.lastIndexOf("####") + "####".length).trim(),
  }),
};

const mgsmRow = z.object({
  question: z.string().min(1),
  answer: z.string().refine((answer) => extractNumber(answer) !== undefined, "expected a number"),
});

/** MGSM in one language, as Google publishes it: TSV of question and number. Items are named by their place, from 0. */
export const officialMgsm = (language: "en" | "zh"): Dataset<QuestionItem, z.infer<typeof mgsmRow>> => ({
  path: official[`mgsm_${language}`].path,
  official: `mgsm_${language}`,
  row: mgsmRow,
  item: ({ question, answer }, index) => ({ id: `mgsm_${language}/${index}`, question, target: answer }),
});
