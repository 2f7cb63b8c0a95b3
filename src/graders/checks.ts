/** Text checks: what a reply must be, written as fields of a dataset row. datasets/README.md shows one row of each. */
import { z } from "zod";
import { shorten } from "../text.ts";
import type { Grader, Item } from "../types.ts";
import { compileJsonSchema, findJson } from "./json.ts";
import { extractNumber, sameNumber } from "./number.ts";
import { foldText, gradeUnanswered } from "./text.ts";

/** The checks of a row. A reply is correct when every check that the row has holds. */
export interface TextChecks {
  /** The whole reply, or a list of accepted replies. Letter case counts; spaces, hyphens and quotes are folded. */
  readonly exact?: string | readonly string[] | undefined;
  /** Text, or a list of texts that must all occur in the reply. Letter case does not count. */
  readonly contains?: string | readonly string[] | undefined;
  /** A JavaScript pattern that occurs in the folded reply: `^yes` or, with flags, `/^yes/i`. */
  readonly regex?: string | undefined;
  /** A JSON Schema: the JSON that the reply is or holds must parse and match. `true` takes any JSON. */
  readonly json?: Readonly<Record<string, unknown>> | true | undefined;
  /** The number that the number grader must read in the reply. */
  readonly number?: number | string | undefined;
}

export interface TextCheckItem extends Item, TextChecks {
  readonly question: string;
}

const filled = z.string().refine((text) => foldText(text) !== "", "expected text that is not blank");
const filledOrList = z.union(
  [filled, z.array(filled).min(1, "expected at least one text")],
  "expected text or a list of texts",
);

/**
 * The schema of a row: `id`, `question` and at least one check. Patterns and JSON Schemas are compiled here, so that
 * a broken one is an error of the row, before any request. Other fields are kept: prompts may use them.
 */
export const textCheckRow = z
  .looseObject({
    id: filled,
    question: filled,
    exact: filledOrList.optional(),
    contains: filledOrList.optional(),
    regex: filled.superRefine(compiles((source) => toRegExp(source))).optional(),
    json: z
      .union([z.literal(true), z.record(z.string(), z.unknown())], "expected a JSON Schema, or true for any JSON")
      .superRefine(compiles(compileJsonSchema))
      .optional(),
    number: z
      .union([z.number(), z.string()], "expected a number")
      .refine((value) => typeof value === "number" || sameNumber(value, value), "expected a number")
      .optional(),
  })
  .refine((row) => checkNames.some((name) => row[name] !== undefined), {
    message: "expected at least one of the checks exact, contains, regex, json, number",
  }) satisfies z.ZodType<TextChecks>;

function compiles<T>(compile: (value: T) => unknown) {
  return (value: T, context: z.RefinementCtx): void => {
    try {
      compile(value);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  };
}

/** `/source/flags`, or a bare source. Throws SyntaxError on a broken pattern or unknown flag. */
function toRegExp(pattern: string): RegExp {
  const delimited = /^\/(.+)\/([a-z]*)$/s.exec(pattern);
  return delimited ? new RegExp(delimited[1]!, delimited[2]) : new RegExp(pattern);
}

/** What one check saw (`answer`) and, when it does not hold, why (`reason`). */
interface Finding {
  readonly answer: string | undefined;
  readonly reason?: string | undefined;
}

interface Check<T> {
  /** What is shown as expected. */
  target(expected: T): string;
  look(text: string, expected: T): Finding;
}

const list = (value: string | readonly string[]): readonly string[] => (typeof value === "string" ? [value] : value);

const checks: { readonly [Name in keyof TextChecks]-?: Check<NonNullable<TextChecks[Name]>> } = {
  exact: {
    target: (expected) => list(expected).join(" or "),
    look: (text, expected) => {
      const same = list(expected).some((wanted) => foldText(wanted) === foldText(text));
      return {
        answer: shorten(text),
        reason: same ? undefined : `the reply is not exactly ${list(expected).join(" or ")}`,
      };
    },
  },
  contains: {
    target: (expected) => `contains ${list(expected).join(" and ")}`,
    look: (text, expected) => {
      const folded = foldText(text).toLowerCase();
      const missing = list(expected).find((wanted) => !folded.includes(foldText(wanted).toLowerCase()));
      return { answer: shorten(text), reason: missing && `the reply does not contain ${missing}` };
    },
  },
  regex: {
    target: (expected) => `matches ${toRegExp(expected)}`,
    look: (text, expected) => {
      const found = toRegExp(expected).exec(foldText(text));
      return {
        answer: shorten(found?.[0] || text),
        reason: found ? undefined : `the reply does not match ${toRegExp(expected)}`,
      };
    },
  },
  json: {
    target: (expected) => (expected === true ? "JSON" : "JSON matching the schema"),
    look: (text, expected) => {
      const found = findJson(text);
      if (!found) return { answer: undefined, reason: "the reply holds no valid JSON" };
      const issue = compileJsonSchema(expected).safeParse(found.value).error?.issues[0];
      const place = issue?.path.length ? ` at ${issue.path.join(".")}` : "";
      return {
        answer: shorten(JSON.stringify(found.value)),
        reason: issue && `the JSON does not match${place}: ${issue.message}`,
      };
    },
  },
  number: {
    target: String,
    look: (text, expected) => {
      const found = extractNumber(text);
      if (!found) return { answer: undefined, reason: "no number was found" };
      const same = sameNumber(found.answer, String(expected));
      return { answer: found.answer, reason: same ? undefined : `the number is ${found.answer}, not ${expected}` };
    },
  },
};

const checkNames = Object.keys(checks) as (keyof TextChecks)[];

interface PlannedCheck {
  readonly name: keyof TextChecks;
  readonly target: string;
  look(text: string): Finding;
}

/** The checks that the row has, in the order exact, contains, regex, json, number. */
function checksOf(row: TextChecks): PlannedCheck[] {
  return checkNames.flatMap((name) => {
    const expected = row[name];
    if (expected === undefined) return [];
    const check = checks[name] as Check<unknown>;
    return [{ name, target: check.target(expected), look: (text) => check.look(text, expected) }];
  });
}

/** What a row expects, as one line: `Paris`, `contains 台北`, `matches /^yes/i`, `JSON matching the schema; 62`. */
export function targetOf(row: TextChecks): string {
  return checksOf(row)
    .map(({ target }) => target)
    .join("; ");
}

/**
 * Correct when all checks of the item hold. `rule` names them (`json + number`), `reason` tells the first that failed,
 * `answer` is the text which that check looked at, or the last check when none failed.
 * A cut-off, withheld or empty reply is incorrect and has no answer.
 */
export const textChecksGrader: Grader<TextCheckItem> = (completion, item) => {
  const unanswered = gradeUnanswered(completion);
  if (unanswered) return unanswered;
  const planned = checksOf(item);
  const findings = planned.map((check) => check.look(completion.text));
  const failed = findings.find(({ reason }) => reason !== undefined);
  return {
    correct: failed === undefined,
    rule: planned.map(({ name }) => name).join(" + "),
    ...(failed ?? findings.at(-1)),
  };
};
