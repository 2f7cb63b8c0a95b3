import { describe, expect, test } from "vitest";
import { type TextChecks, targetOf, textCheckRow, textChecksGrader } from "../../src/graders/checks.ts";
import type { Grade } from "../../src/types.ts";
import { completionOf } from "./completion.ts";

const grade = (text: string, checks: TextChecks) =>
  textChecksGrader(completionOf(text), { id: "1", question: "?", target: targetOf(checks), ...checks }) as Grade;
const correct = (text: string, checks: TextChecks) => grade(text, checks).correct;

const person = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
};

describe("exact", () => {
  test("takes the reply as it is written, blanks at its ends aside", () => {
    expect(correct(" Paris\n", { exact: "Paris" })).toBe(true);
    expect(correct("paris", { exact: "Paris" })).toBe(false);
    expect(correct("Paris.", { exact: "Paris" })).toBe(false);
  });
  test("takes typographic spaces, hyphens and quotes for plain ones", () => {
    expect(correct("co\u2011op\u202F12\u00A0km", { exact: "co-op 12 km" })).toBe(true);
    expect(correct("It’s", { exact: "It's" })).toBe(true);
  });
  test("does not fold letters and digits by NFKC", () => {
    expect(correct("x²", { exact: "x2" })).toBe(false);
  });
  test("takes any reply of a list", () => {
    expect(correct("台北市", { exact: ["台北", "台北市"] })).toBe(true);
    expect(correct("臺中", { exact: ["台北", "台北市"] })).toBe(false);
  });
});

describe("contains", () => {
  test("finds the text anywhere, in any letter case", () => {
    expect(correct("The capital is PARIS.", { contains: "paris" })).toBe(true);
    expect(correct("首都是台北。", { contains: "台北" })).toBe(true);
  });
  test("wants all texts of a list, and names the first that is missing", () => {
    expect(correct("red, green and blue", { contains: ["blue", "red"] })).toBe(true);
    expect(grade("red and green", { contains: ["red", "blue"] })).toMatchObject({
      correct: false,
      reason: "the reply does not contain blue",
    });
  });
});

describe("regex", () => {
  test("is a bare pattern or one with flags", () => {
    expect(correct("yes, it is", { regex: "^yes" })).toBe(true);
    expect(correct("Yes, it is", { regex: "^yes" })).toBe(false);
    expect(correct("Yes, it is", { regex: "/^yes/i" })).toBe(true);
  });
  test("looks at the folded reply and answers with the part that matched", () => {
    expect(grade("It is 12\u202Fkm away", { regex: "\\d+ km" })).toMatchObject({ correct: true, answer: "12 km" });
  });
});

describe("json", () => {
  test("accepts a reply that is JSON and matches the schema", () => {
    expect(correct('{"name": "Ada", "age": 36}', { json: person })).toBe(true);
  });
  test("reads the last fenced block", () => {
    expect(
      correct('First:\n```json\n{"name": 1}\n```\nBetter:\n```json\n{"name": "Ada", "age": 36}\n```\nDone.', {
        json: person,
      }),
    ).toBe(true);
  });
  test("reads the last balanced brackets in prose", () => {
    expect(correct('Well, "here [is it: {"name": "A}d\\"a", "age": 36} as asked.', { json: person })).toBe(true);
    expect(correct("The list is [1, 2].", { json: { type: "array", items: { type: "number" } } })).toBe(true);
  });
  test("keeps curly quotes inside strings", () => {
    expect(correct('{"name": "“Ada”", "age": 36}', { json: person })).toBe(true);
  });
  test("says where the JSON does not match", () => {
    expect(grade('{"name": "Ada", "age": "36"}', { json: person }).reason).toMatch(
      /^the JSON does not match at age: .*number/,
    );
    expect(grade("Ada is 36", { json: person }).reason).toBe("the reply holds no valid JSON");
  });
  test("takes any JSON for true", () => {
    expect(correct("```\n[1, 2]\n```", { json: true })).toBe(true);
    expect(correct("{'a': 1}", { json: true })).toBe(false);
  });
});

describe("number", () => {
  test("is read by the number grader and compared by value", () => {
    expect(grade("It costs **$1,200.00**.", { number: 1200 })).toMatchObject({ correct: true, rule: "number" });
    expect(grade("62", { number: "61" })).toMatchObject({
      correct: false,
      answer: "62",
      reason: "the number is 62, not 61",
    });
  });
});

describe("several checks", () => {
  test("must all hold, and the rule names those that ran", () => {
    const checks = { json: true, number: 5 } as const;
    expect(grade('{"answer": 5}', checks)).toMatchObject({ correct: true, rule: "json + number", answer: "5" });
    expect(grade("5 apples", checks)).toMatchObject({ correct: false, reason: "the reply holds no valid JSON" });
  });
  test("show their targets joined", () => {
    expect(targetOf({ exact: "Paris" })).toBe("Paris");
    expect(targetOf({ exact: ["Paris", "paris"] })).toBe("Paris or paris");
    expect(targetOf({ contains: "台北" })).toBe("contains 台北");
    expect(targetOf({ regex: "/^yes/i", number: 62 })).toBe("matches /^yes/i; 62");
    expect(targetOf({ json: person })).toBe("JSON matching the schema");
  });
});

describe("a reply without an answer", () => {
  test("is incorrect when it was cut off, even if the check holds", () => {
    const item = { id: "1", question: "?", target: "Paris", contains: "Paris" };
    expect(textChecksGrader(completionOf("Paris", { finishReason: "length" }), item)).toEqual({
      correct: false,
      reason: "the answer was cut off by the token limit",
    });
  });
  test("is incorrect and has no answer when it is empty", () => {
    expect(grade(" \u200B\n", { regex: "^$" })).toEqual({ correct: false, reason: "the answer is empty" });
  });
});

describe("a row", () => {
  const problems = (row: object) =>
    textCheckRow
      .safeParse({ id: "a", question: "q", ...row })
      .error?.issues.map(({ path, message }) => [path.join("."), message].join(": "));

  test("may have further fields for its prompt", () => {
    expect(textCheckRow.parse({ id: "a", question: "q", exact: "x", tone: "dry" })).toHaveProperty("tone", "dry");
  });
  test("needs an id, a question and at least one check", () => {
    expect(problems({})).toEqual([": expected at least one of the checks exact, contains, regex, json, number"]);
    expect(problems({ id: undefined, exact: "x" })?.[0]).toMatch(/^id: /);
    expect(problems({ question: 5, exact: "x" })?.[0]).toMatch(/^question: /);
  });
  test.for<[object, RegExp]>([
    [{ exact: 5 }, /^exact: expected text or a list of texts/],
    [{ contains: [] }, /^contains: expected at least one text/],
    [{ contains: " " }, /^contains: expected text that is not blank/],
    [{ regex: "(" }, /^regex: Invalid regular expression/],
    [{ regex: "/a/q" }, /^regex: Invalid flags/],
    [{ json: "{}" }, /^json: expected a JSON Schema/],
    [{ json: { type: "nope" } }, /^json: Unsupported type: nope/],
    [{ json: { properties: {} } }, /^json: "properties" needs "type": "object"/],
    [{ json: { type: "object", required: ["a"] } }, /^json: required "a" is not in "properties"/],
    [{ json: { type: "object", properties: { a: { minimum: 1 } } } }, /^json: "minimum" needs "type": "number"/],
    [{ number: "many" }, /^number: expected a number/],
    [{ number: true }, /^number: expected a number/],
  ])("with a check that cannot be read is refused: %j", ([row, message]) => {
    expect(problems(row)?.[0]).toMatch(message);
  });
});
