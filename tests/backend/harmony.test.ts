import { expect, test } from "vitest";
import { splitChannels } from "../../src/backend/harmony.ts";

test.each([
  ["plain text is the answer as it stands", " 42 <b> ", { text: " 42 <b> ", reasoning: "" }],
  [
    "the last final channel is the answer",
    "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>41<|end|><|start|>assistant<|channel|>final<|message|>42<|return|>",
    { text: "42", reasoning: "hm" },
  ],
  ["an unfinished thought is no answer", "<|channel|>analysis<|message|>is it 42", { text: "", reasoning: "is it 42" }],
  [
    "several thoughts are joined",
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>analysis<|message|>b<|end|><|start|>assistant<|channel|>final<|message|>c",
    { text: "c", reasoning: "a\nb" },
  ],
  [
    "a constrained final channel is final too",
    "<|channel|>final <|constrain|>json<|message|>{}<|return|>",
    { text: "{}", reasoning: "" },
  ],
  ["an answer with nothing but an end marker is cut there", "42<|return|>", { text: "42", reasoning: "" }],
])("%s", (_, content, expected) => {
  expect(splitChannels(content)).toEqual(expected);
});
