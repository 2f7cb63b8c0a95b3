import { describe, expect, test } from "vitest";
import { extractNumber, numberGrader, sameNumber } from "../../src/graders/number.ts";
import type { Grade } from "../../src/types.ts";
import { completionOf } from "./completion.ts";

/** `[reply, number]`; a null number: the reply gives none. */
type Case = readonly [reply: string, number: string | null];

const readable = (number: string, reply: string) => {
  const found = extractNumber(reply);
  return found !== undefined && sameNumber(found.answer, number);
};

const kinds: Record<string, readonly Case[]> = {
  "after ####, the last one counts": [
    ["3 days at $15 is #### 45, less #### 9, which is #### 36, so #### 18 an hour", "18"],
    ["#### 12\n\nCorrection: 9 × 2 = 18.\n\n#### 18", "18"],
  ],
  "after ####, in any dress": [
    ["#### $1,234.50", "1234.5"],
    ["#### **18**", "18"],
    ["####\n18", "18"],
    ["####18.", "18"],
    ["#### −3 °C", "-3"],
    ["#### 1/2", "0.5"],
    ["#### $1{,}234$", "1234"],
    ["#### **Answer:** $18", "18"],
    ["#### x = 18", "18"],
  ],
  "after ####, whatever else the line says": [
    ["#### 75 milliliters weaker when cooled by 65 degrees with 15 milliliters of cream", "75"],
    ["#### 18 dollars per day (9 × $2)", "18"],
    ["#### 9 × 2 = 18", "18"],
    ["#### 18\n\nExplanation: 16 - 7 = 9 and 9 * 2 = 18.", "18"],
  ],
  "past #### that are headings": [
    ["#### Step 1: eggs\n16 - 7 = 9\n#### Step 2: money\n9*2=18\n\nSo she makes $18.", "18"],
    ["#### 1. Eggs\n16-7=9\n\n#### 2. Income\n9 × 2 = **18**", "18"],
  ],
  "in a box": [
    ["\\[9 \\times 2 = \\boxed{18}\\] and 7 more words", "18"],
    ["$\\boxed{\\$18.00}$", "18"],
    ["$\\boxed{8\\%}$", "8"],
    ["\\boxed{-\\dfrac{3}{4}}", "-0.75"],
    ["\\boxed{\\text{18 dollars}}", "18"],
    ["\\boxed{70{,}000}", "70000"],
    ["\\boxed{70\\,000}", "70000"],
    ["\\boxed{x = 5}", "5"],
    ["\\boxed{9 \\times 2 = 18}", "18"],
    ["\\boxed{\\text{No}}, for 5 reasons", null],
  ],
  "in an answer phrase": [
    ["So the answer is 5 dozen.", "5"],
    ["The answer is x = 5.", "5"],
    ["So the answer is 16 - 3 - 4 = 9 eggs.", "9"],
    ["The answer, in dollars, is 18.", "18"],
    ["### Final Answer\n\n$18 in 1 day", "18"],
    ["Answer: She has 9 eggs. So she makes $18 in 1 day.", "18"],
    ["Answer: Since 16 - 7 = 9 eggs are left, she makes $18.", "18"],
    ["<answer>18</answer>", "18"],
    ["ANSWER = 18", "18"],
    ["La respuesta es 18", "18"],
  ],
  "in an answer phrase, before its explanation": [
    ["The final answer is 56, which is the total number of candles (36) and flashlights (20).", "56"],
    ["The answer is 18 because 9 × 2 = 18 and 16 - 7 = 9.", "18"],
    ["Answer: 18 — she sells 9 eggs at $2.", "18"],
    ["The correct answer is 8, not 1.", "8"],
    ["The answer is not 12 but 18.", "18"],
    ["Is the answer 12? No, it is 18.", "18"],
  ],
  "in JSON": [
    ['```json\n{"reasoning": "3 days", "answer": "$1,234"}\n```', "1234"],
    ['{"answer": 18, "explanation": "16 - 3 - 4 = 9 over 7 days"}', "18"],
    ['{"final_answer": {"value": 18, "unit": "USD"}}', "18"],
    ["{'answer': 18}", "18"],
    ['{"answer": "72 * (4/9) = 32 feet"}\n\nThe ball goes up 32 feet on bounce 2.', "32"],
    ['{"answer": "43 * $3 = $129. 23 * $4 = $92. $129 + $92 = $221. Therefore, he raises $221 for 2 days."}', "221"],
    ['{"answer": "$\\\\boxed{18}$"}', "18"],
    ['{"answer": null, "facts": 16}', null],
    ['{"answer": "(5 * 1.50 + 0.50)"}', null],
  ],
  "in JSON, unless it is worked out again after it": [
    ['```json\n{"answer": "4.20"}\n```\n**Total:** $5.00 + $40.00 = **$45.00**', "45"],
    ['```json\n{"answer": "30"}\n```\nLet\'s verify:\n- Total: 30 + 75 = 105 ✓', "30"],
  ],
  "in Chinese": [
    ["答：她每天赚 18 美元。", "18"],
    ["**答案：18 美元（9 × 2）**", "18"],
    ["最终答案\n\n18", "18"],
    ["所以 7 天一共赚 126 元。", "126"],
    ["一共有3个盒子，每个6个，共18个", "18"],
    ["珍妮特每天賺 ２，０００ 美元。", "2000"],
    ["答案是：１８", "18"],
    ["总共需要 3 万元。", "30000"],
    ["气温是零下3度。", "-3"],
    ["因此 x = 5。", "5"],
  ],
  "in bold": [
    ["**9** eggs are left at **$2** each → **$18**", "18"],
    ["Janet makes **$18** per day from **9** eggs at **$2** each.", "18"],
    ["**Answer: Janet makes $18 every day**", "18"],
    ["**Total:** 18 dollars", "18"],
    ["**1. Eggs left:** 9\n**2. Income:** 18", "18"],
    ["| Eggs | 9 |\n|---|---|\n| **Income** | **$18** |\n\n*Check:* 16 − 7 = 9.", "18"],
    ["<b>18</b> dollars in 7 days", "18"],
  ],
  "in bold, unless a conclusion follows": [
    ["There are **9** eggs left.\n\nTherefore, Janet makes $18 every day.", "18"],
    ["**Step 1: 16 eggs**\n**Step 2: 9 left**\nShe makes 18 dollars.", "18"],
  ],
  "in the first line, before its explanation": [
    ["18\n\nExplanation: 16 - 3 - 4 = 9 eggs, each sold at $2.", "18"],
    ["**$18 per day**\n\nHere's the breakdown:\n- 9 eggs\n- $2 each", "18"],
  ],
  "in the last sentence, the one that it is about": [
    ["Therefore, Kylar needs to pay $64 for the 16 glasses.", "64"],
    ["9 * 7 = 63\n\nThus, 63 pounds of stuffing make 4 large beds and 3 small beds.", "63"],
    ["So he watched 3 30-minute episodes on 2 days.", "3"],
    ["She needs 18 eggs for 3 cakes.", "18"],
    ["In 7 days, she eats 21 eggs.", "21"],
    ["There are 5 apples and 10 pears, 15 in total.", "15"],
    ["32 pages divided by 4 pages per sheet equals 8 sheets.", "8"],
    ["Janet makes $18 per day (9 eggs × $2).", "18"],
    ["The total is 18. Shall I show 2 more ways?", "18"],
    ["The total cost is $18. This includes 3 apples at $2 and 4 pears at $3.", "18"],
  ],
  "before lists, notes and code at the end": [
    ["The total is 18.\n\n1. 16 eggs\n2. 7 used\n3. 9 sold at $2", "18"],
    ["She has $18 left.\n\n**Steps:**\n1. Start with $50\n2. Spend $32", "18"],
    ["The total is 18.\n\nNote: this assumes a 7-day week.", "18"],
    ["The total is 18.\n\nLet me know if you want me to explain step 2!", "18"],
    ["Janet makes 18 dollars.\n\n```python\neggs = 16 - 3 - 4\nprint(eggs * 2)\n```", "18"],
    ["Step 1: 16 - 7 = 9\nStep 2: 9 × 2 = 18", "18"],
  ],
  "after a correction": [
    ["The answer is 12. Wait, she also bakes. So she makes 18.", "18"],
    ["#### 12 apples\n\nWait, I made a mistake. It should be 18.", "18"],
    ["The answer is 12... actually, it's 18.", "18"],
    ["Answer: ~~12~~ 18", "18"],
    ["#### 18\n\nActually, let me double-check: 16 - 3 - 4 = 9 ✓", "18"],
    ["Let's see: 9 * 2 = 18? No wait, she also eats three. So I think the answer is 12.", "12"],
  ],
  "of an equation, its result": [
    ["9 * 2 = 18", "18"],
    ["x + 3 = 8\nx = 8 - 3\nx = 5", "5"],
    ["\\begin{aligned} 2x &= 10 \\\\[4pt] x &= 5 \\end{aligned}", "5"],
    ["Total cost = 9 × $2 = $18 per day for 7 days", "18"],
    ["x = - 3", "-3"],
  ],
  "as times, fractions and powers": [
    ["It starts at 2:00 pm.", "2"],
    ["2:30", "2.5"],
    ["$\\frac{840}{13}$", "840/13"],
    ["2 1/2 hours", "2.5"],
    ["2½ hours", "2.5"],
    ["Final answer: $1.8 \\times 10^{1}$", "18"],
    ["1.234 × 10³", "1234"],
    ["1e3", "1000"],
    ["It is 1.5 million dollars.", "1500000"],
  ],
  "in the currencies and marks of many countries": [
    ["\\$70 000 – \\$0 = **\\$70 000**", "70000"],
    ["It costs NT$ 3,000", "3000"],
    ["It is ₹3,00,000", "300000"],
    ["€1.200,50", "1200.5"],
    ["1'234", "1234"],
    ["$20k", "20000"],
    ["18.00 USD", "18"],
  ],
  "with their sign": [
    ["-$5", "-5"],
    ["$-5", "-5"],
    ["The change is –$10,000.", "-10000"],
    ["It dropped to minus 5 degrees.", "-5"],
    ["10 - 7", "7"],
    ["page 10-12", "12"],
  ],
  "but not in dates, words, labels and exponents": [
    ["There are 18 people on 12/25/2023.", "18"],
    ["She pays $18 on March 5, 2024.", "18"],
    ["18 人（2024年3月5日）", "18"],
    ["H2O weighs 18 by formula x2", "18"],
    ["18 cm^2", "18"],
    ["Both give 18.\n\n**Method 2:** the same", "18"],
  ],
  "of the final channel only": [
    ["<think>9 eggs, 7 used</think>The total is 18.", "18"],
    ["<think>The answer is 18", null],
    ["<|channel|>analysis<|message|>9*2=12<|end|><|start|>assistant<|channel|>final<|message|>18<|return|>", "18"],
    ["<|channel|>analysis<|message|>9*2=18<|end|>", null],
  ],
  "but none from a refusal": [
    ["I'm sorry, but I can't help with the 5 questions.", null],
    ["There is not enough information to determine how many of the 16 eggs are sold.", null],
    ["Answer: cannot be determined from 5 facts", null],
    ["抱歉，我無法回答這 3 個問題。", null],
  ],
  "but none from a text that breaks off": [
    ["", null],
    ["9 * 2 =", null],
    ["She has 16 eggs and eats 3, so", null],
    ["First, we need to multiply 9 by 2.", null],
    ['{"reasoning": "16 - 3 = 13 and then 13 - 4 = 9. Let\'s try 18', null],
  ],
};

describe.each(Object.entries(kinds))("a number is read %s", (_, cases) => {
  test.each(cases)("%j → %s", (reply, number) => {
    if (number === null) expect(extractNumber(reply)).toBeUndefined();
    else expect(readable(number, reply), JSON.stringify(extractNumber(reply))).toBe(true);
  });
});

test.each([
  ["after ####", "#### 18"],
  ["boxed", "\\boxed{18}"],
  ["answer field", '{"answer": 18}'],
  ["answer phrase", "The answer is 18"],
  ["workings", '{"answer": 12}\n9 * 2 = 18'],
  ["first line", "18\n\nShe has 9 eggs at $2."],
  ["bold", "She makes **18** dollars"],
  ["last number", "She makes 18 dollars"],
  ["correction", "Answer: 12\nWait, it should be 18"],
])("the rule %s is named", (rule, reply) => {
  expect(extractNumber(reply)).toEqual({ answer: "18", rule });
});

test.each([
  ["31.00", "31"],
  ["1e3", "1,000"],
  ["1/2", ".5"],
  ["2 1/2", "2.5"],
  ["2:00", "2"],
  ["-2 1/2", "-2.5"],
  ["5 dozen", "60"],
  ["5 dozen", "5"],
  ["3万", "30000"],
  ["100000000000000000000000000000.10", "100000000000000000000000000000.1"],
])("%s and %s are the same number", (a, b) => {
  expect(sameNumber(a, b)).toBe(true);
});

test.each([
  ["18.5", "18"],
  ["3", "-3"],
  ["0.1", "0.10000000000000000001"],
  ["1/0", "1/0"],
  ["3 or 4", "3"],
  ["", ""],
])("%s and %s are not the same number", (a, b) => {
  expect(sameNumber(a, b)).toBe(false);
});

describe("the grader", () => {
  const grade = (text: string, target: string, parts = {}) =>
    numberGrader(completionOf(text, parts), { id: "1", target }) as Grade;

  test("compares the number it reads with the target, by value", () => {
    expect(grade("#### $1,234.00", "1,234")).toEqual({ correct: true, answer: "1234.00", rule: "after ####" });
  });
  test("says what it read instead", () => {
    const reason = "the answer is 17, not 18";
    expect(grade("#### 17", "18")).toEqual({ correct: false, answer: "17", rule: "after ####", reason });
    expect(grade("eighteen", "18")).toEqual({ correct: false, reason: "no number was found" });
  });
  test("does not accept a number from a reply that was cut off", () => {
    expect(grade("9 * 2 = 18", "18", { finishReason: "length" }).correct).toBe(false);
  });
  test("does not look at the reasoning", () => {
    expect(grade("", "18", { reasoning: "#### 18" })).toEqual({ correct: false, reason: "the answer is empty" });
  });
});
