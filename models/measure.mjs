// Greedy accuracy of a GGUF model per kind, through node-llama-cpp's Harmony wrapper.
//   python models/train.py --held-out 100 > held-out.jsonl
//   node models/measure.mjs models/demo.gguf held-out.jsonl
// A reply is right when its final channel equals the answer. Wrong replies go to standard error.

import { readFile } from "node:fs/promises";
import { getLlama, HarmonyChatWrapper, LlamaChat } from "node-llama-cpp";

const [modelPath, rowsPath] = process.argv.slice(2);
const rows = (await readFile(rowsPath, "utf8")).trim().split("\n").map((line) => JSON.parse(line));

const llama = await getLlama({ gpu: false, build: "never", progressLogs: false });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 2048, threads: 1 });
const contextSequence = context.getSequence();
const chats = ["low", "medium", "high"].map((reasoningEffort) => {
  const chatWrapper = new HarmonyChatWrapper({ reasoningEffort, todayDate: new Date("2025-08-05T12:00:00") });
  return new LlamaChat({ contextSequence, chatWrapper });
});

const history = (messages) => [
  ...messages.map(({ role, content }) =>
    role === "assistant" ? { type: "model", response: [content] } : { type: role, text: content },
  ),
  { type: "model", response: [] },
];

const tally = new Map();
let unended = 0;
for (const [index, { kind, messages, answer }] of rows.entries()) {
  const reply = await chats[index % chats.length].generateResponse(history(messages), {
    maxTokens: 200,
    temperature: 0,
    repeatPenalty: false,
  });
  const right = reply.response === answer;
  if (reply.metadata.stopReason === "maxTokens") unended++;
  const count = tally.get(kind) ?? { right: 0, total: 0 };
  tally.set(kind, { right: count.right + (right ? 1 : 0), total: count.total + 1 });
  if (!right) {
    const segments = reply.fullResponse.map((part) => (typeof part === "string" ? part : `[${part.text}]`));
    console.error(JSON.stringify({ kind, asked: messages.at(-1).content, answer, got: segments.join(" ") }));
  }
}

for (const [kind, { right, total }] of tally) {
  console.log(`${kind.padEnd(14)} ${String(right).padStart(4)}/${total}  ${((100 * right) / total).toFixed(1)} %`);
}
console.log(`replies that did not end within 200 tokens: ${unended}`);
await llama.dispose();
