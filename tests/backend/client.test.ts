import { expect, test } from "vitest";
import { withBreaker } from "../../src/backend/breaker.ts";
import { createBackend } from "../../src/backend/client.ts";
import type { Backend } from "../../src/types.ts";
import { type ChatRequest, chatBody, type Reply, startChatServer } from "../chat-server.ts";

const options = { model: "openai/gpt-oss-20b", temperature: 0, maxTokens: 10, seed: 0 };
const ask = (backend: Backend, signal = AbortSignal.timeout(10_000)) =>
  backend.complete([{ role: "user", content: "?" }], options, signal);

async function serve(answer: (request: ChatRequest) => Reply) {
  const server = await startChatServer(answer);
  return { ...server, backend: createBackend({ url: server.url, token: "secret" }) };
}

test("a completion is text, reasoning, finish reason and usage", async () => {
  const { backend } = await serve(() => ({ body: chatBody({ content: "42", reasoning_content: "hm" }, "stop") }));
  expect(await ask(backend)).toMatchObject({
    text: "42",
    reasoning: "hm",
    finishReason: "stop",
    usage: { promptTokens: 5, completionTokens: 7, reasoningTokens: 3 },
    cached: false,
  });
});

test("a missing content, usage and finish reason are no failure", async () => {
  const { backend } = await serve(() => ({ body: { choices: [{ message: { content: null } }], usage: null } }));
  expect(await ask(backend)).toMatchObject({
    text: "",
    reasoning: "",
    finishReason: "unknown",
    usage: { promptTokens: 0 },
  });
});

test("without a token no authorization is sent", async () => {
  const { url, requests } = await serve(() => ({ text: "ok" }));
  await ask(createBackend({ url, token: undefined }));
  expect(requests[0]!.headers.authorization).toBeUndefined();
});

test("a server that is not there is a failure that names it", async () => {
  const { url, backend, close } = await serve(() => ({ text: "" }));
  await close();
  await expect(ask(backend)).rejects.toMatchObject({
    kind: "failed",
    message: `nothing answers at ${url} (ECONNREFUSED)`,
  });
});

test("an aborted call ends at once and says why", async () => {
  const { backend } = await serve(() => ({ text: "late", delayMs: 5000 }));
  await expect(ask(backend, AbortSignal.timeout(50))).rejects.toMatchObject({
    kind: "failed",
    message: expect.stringContaining("timeout"),
  });
});

test("after three quota refusals in a row nothing more is asked", async () => {
  const { backend, requests } = await serve(({ index }) => (index === 1 ? { text: "ok" } : { status: 402 }));
  const guarded = withBreaker(backend);
  for (let call = 0; call < 8; call++) await ask(guarded).catch((error) => expect(error.kind).toBe("quota"));
  expect(requests).toHaveLength(5);
});

test("after a fatal failure nothing more is asked", async () => {
  const { backend, requests } = await serve(() => ({ status: 401 }));
  const guarded = withBreaker(backend);
  await expect(ask(guarded)).rejects.toMatchObject({ kind: "fatal" });
  await expect(ask(guarded)).rejects.toMatchObject({ kind: "stopped" });
  expect(requests).toHaveLength(1);
});
