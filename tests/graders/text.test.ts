import { expect, test } from "vitest";
import { findJson } from "../../src/graders/json.ts";
import { finalText, foldText } from "../../src/graders/text.ts";

test("typographic spaces, hyphens, minus signs and quotes fold to plain ones", () => {
  expect(foldText("\u200B 70\u202F000\u00A0km – co\u2011op −3 “it’s” ")).toBe('70 000 km – co-op -3 "it\'s"');
});

test.each([
  ["Paris", "Paris"],
  ["<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Paris<|return|>", "Paris "],
  ["<|channel|>final<|message|>Rome<|end|><|start|>assistant<|channel|>final<|message|>Paris", "Paris"],
  ["<|channel|>analysis<|message|>Paris", ""],
  ["analysisThe user asks.assistantfinalParis", "Paris"],
  ["analysis of Paris", "analysis of Paris"],
  ["<think>Rome?</think>Paris", "Paris"],
  ["<think>Paris", ""],
])("the final text of %j is %j", (text, final) => {
  expect(finalText(text)).toBe(final);
});

test("JSON that a looping model nests too deep is no JSON, and crashes nothing", () => {
  expect(findJson("[1,".repeat(30_000))).toBeUndefined();
  expect(findJson(`${"[".repeat(20_000)}${"]".repeat(20_000)}`)).toBeUndefined();
  expect(findJson(`Unclosed: ${"[1,".repeat(30_000)} but then {"a": 1}`)).toEqual({ value: { a: 1 } });
});
