import { expect, test } from "vitest";
import { streamCompletion } from "../../src/backend/stream.ts";
import { type ChatRequest, chatBody, chatEvents, chunk, type Reply, startChatServer } from "../chat-server.ts";

const options = { model: "openai/gpt-oss-20b", temperature: 0, maxTokens: 10, seed: 0 };

/** A server that answers so, and `ask`, whose pieces are kept in `pieces`. */
async function serve(answer: (request: ChatRequest) => Reply) {
  const { url, requests } = await startChatServer(answer);
  const pieces: [string, string][] = [];
  const ask = (signal = AbortSignal.timeout(10_000), onPiece = () => {}) =>
    streamCompletion({ url, token: "secret" }, [{ role: "user", content: "?" }], options, signal, (...piece) => {
      pieces.push(piece);
      onPiece();
    });
  return { url, requests, pieces, ask };
}

test("a streamed completion is handed on in pieces and is whole at the end", async () => {
  const { ask, pieces, requests } = await serve(() => ({ events: chatEvents(["4", "2"], ["hm", "m"]) }));
  expect(await ask()).toMatchObject({
    text: "42",
    reasoning: "hmm",
    finishReason: "stop",
    usage: { promptTokens: 5, completionTokens: 7, reasoningTokens: 3 },
  });
  expect(pieces).toEqual([
    ["reasoning", "hm"],
    ["reasoning", "m"],
    ["text", "4"],
    ["text", "2"],
  ]);
  expect(requests[0]!.body).toMatchObject({ stream: true, stream_options: { include_usage: true }, max_tokens: 10 });
});

test("reasoning may be called reasoning, and usage may be missing", async () => {
  const events = [chunk({ reasoning: "hm" }), chunk({ content: "42" }, "length")];
  const { ask } = await serve(() => ({ events }));
  expect(await ask()).toMatchObject({
    text: "42",
    reasoning: "hm",
    finishReason: "length",
    usage: { completionTokens: 0 },
  });
});

test("a server that does not stream is heard all the same", async () => {
  const { ask, pieces } = await serve(() => ({ body: chatBody({ content: "42", reasoning: "hm" }) }));
  expect(await ask()).toMatchObject({ text: "42", finishReason: "stop", usage: { completionTokens: 7 } });
  expect(pieces).toEqual([
    ["reasoning", "hm"],
    ["text", "42"],
  ]);
});

test("leaked Harmony markers are not shown", async () => {
  const leaked = ["<|channel|>", "analysis<|message|>hm<|end|>", "<|start|>assistant<|channel|>final<|message|>", "42"];
  const { ask, pieces } = await serve(() => ({ events: chatEvents(leaked) }));
  expect(await ask()).toMatchObject({ text: "42", reasoning: "hm" });
  expect(pieces).toEqual([["text", "42"]]);
});

const part = chunk({ content: "half" });

test.each<[string, Reply, string, RegExp]>([
  ["ends without a finish reason", { events: [part] }, "failed", /stopped in the middle of the answer/],
  ["ends with its connection", { events: [part], hangUp: "halfway" }, "failed", /the connection to .* broke/],
  [
    "reports an error in its middle",
    { events: [part, { error: { message: "out of memory", code: 500 } }] },
    "failed",
    /^HTTP 500: out of memory$/,
  ],
  [
    "runs out of quota in its middle",
    { events: [part, { error: { message: "You have exceeded your monthly included credits", code: 402 } }] },
    "quota",
    /included credits/,
  ],
  ["holds no JSON", { events: [part, "{oops"] }, "failed", /the server's stream is broken/],
])("a stream that %s is a failure; its pieces stand", async (_, reply, kind, message) => {
  const { ask, pieces } = await serve(() => reply);
  await expect(ask()).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
  expect(pieces).toEqual([["text", "half"]]);
});

test.each<[number, string, string]>([
  [402, "quota", "quota: HTTP 402: refused with 402"],
  [401, "fatal", "refused the token"],
  [503, "failed", "HTTP 503"],
])("a refusal with %i before the stream is %s, as without streaming", async (status, kind, message) => {
  const { ask, requests } = await serve(() => ({ status }));
  await expect(ask()).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  expect(requests).toHaveLength(1);
});

test("an aborted stream closes its connection, so that the server can stop", async () => {
  const { ask, requests, pieces } = await serve(() => ({ events: chatEvents(Array(200).fill("x")), pauseMs: 50 }));
  const stop = new AbortController();
  await expect(ask(stop.signal, () => stop.abort())).rejects.toMatchObject({ kind: "failed" });
  expect(await requests[0]!.left).toBe(true);
  expect(pieces).toEqual([["text", "x"]]);
});
