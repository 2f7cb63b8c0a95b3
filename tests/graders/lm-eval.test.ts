import { expect, test } from "vitest";
import { lmEvalVerdicts } from "../../src/graders/lm-eval.ts";

test("strict takes the first number after #### and a blank", () => {
  expect(lmEvalVerdicts("#### 45 and then #### 18", "18").strict).toBe(false);
  expect(lmEvalVerdicts("#### 18 dollars", "18").strict).toBe(true);
  expect(lmEvalVerdicts("####18", "18").strict).toBe(false);
  expect(lmEvalVerdicts("#### $18", "18").strict).toBe(false);
});

test("flexible takes the last thing that looks like a number, even a full stop and a comma", () => {
  expect(lmEvalVerdicts("She makes $18.", "18").flexible).toBe(true);
  expect(lmEvalVerdicts("She makes 18 ...", "18").flexible).toBe(false);
  expect(lmEvalVerdicts("18 dollars in 7 days", "18").flexible).toBe(false);
});

test("answers are compared as strings, without commas, dollar signs and a final full stop", () => {
  expect(lmEvalVerdicts("#### 1,234.", "1234")).toEqual({ strict: true, flexible: true });
  expect(lmEvalVerdicts("#### 31.00", "31")).toEqual({ strict: false, flexible: false });
});

test("gold may be the official answer text", () => {
  expect(lmEvalVerdicts("#### 18", "9 * 2 = <<9*2=18>>18\n#### 18")).toEqual({ strict: true, flexible: true });
});

test("a reply without a number is wrong", () => {
  expect(lmEvalVerdicts("eighteen", "18")).toEqual({ strict: false, flexible: false });
});
