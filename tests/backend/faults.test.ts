import { expect, test } from "vitest";
import { createBackend } from "../../src/backend/client.ts";
import { type RetryOptions, withRetry, withThrottle } from "../../src/backend/retry.ts";
import type { Backend } from "../../src/types.ts";
import { type ChatRequest, chatBody, type Reply, startChatServer } from "../chat-server.ts";

const options = { model: "openai/gpt-oss-20b", temperature: 0, maxTokens: 10, seed: 0 };
const quick: RetryOptions = { retries: 3, pauseMs: 1, longestPauseMs: 60 };
const ask = (backend: Backend, signal: AbortSignal = AbortSignal.timeout(20_000)) =>
  backend.complete([{ role: "user", content: "?" }], options, signal);

async function serve(answer: (request: ChatRequest) => Reply) {
  const server = await startChatServer(answer);
  return { ...server, backend: withRetry(createBackend({ url: server.url, token: "secret" }), quick) };
}

const html = { body: "<html><title>Bad gateway</title></html>", headers: { "content-type": "text/html" } };

// What the server does for ever, how the call then counts, how many requests it took, and what the message says.
test.each([
  [
    "402",
    { status: 402, body: { error: "You have exceeded your monthly included credits" } },
    "quota",
    1,
    "quota: HTTP 402: You have exceeded your monthly included credits",
  ],
  ["402 with an HTML body", { status: 402, ...html }, "quota", 1, "HTTP 402: Bad gateway"],
  [
    "402 for too long an answer",
    { status: 402, body: { error: { message: "This request requires more credits, or fewer max_tokens." } } },
    "quota",
    1,
    "lower --max-tokens",
  ],
  [
    "429 that speaks of quota",
    {
      status: 429,
      body: { error: { message: "You exceeded your current quota, please check your plan and billing details." } },
    },
    "quota",
    1,
    "HTTP 429: You exceeded",
  ],
  [
    "403 that speaks of credits",
    { status: 403, body: { error: "used all available credits" } },
    "quota",
    1,
    "HTTP 403",
  ],
  [
    "400 that speaks of the balance",
    { status: 400, body: { message: "insufficient balance" } },
    "quota",
    1,
    "HTTP 400",
  ],
  ["402 inside a 200", { body: { error: { code: 402, message: "no credits" } } }, "quota", 1, "HTTP 402: no credits"],
  [
    "401",
    { status: 401, body: { error: "Invalid username or password." } },
    "fatal",
    1,
    "refused the token (HTTP 401: Invalid username or password.)",
  ],
  [
    "403 about scopes",
    { status: 403, body: { error: "This token does not have sufficient permissions" } },
    "fatal",
    1,
    'permission "Make calls to Inference Providers"',
  ],
  ["404", { status: 404, body: { detail: "Not Found" } }, "fatal", 1, 'does not serve "openai/gpt-oss-20b"'],
  [
    "400 about an unknown model",
    { status: 400, body: { error: { message: "The requested model 'x' does not exist" } } },
    "fatal",
    1,
    "MODEL_NAME",
  ],
  [
    "another 400",
    { status: 400, body: { message: "temperature is out of range" } },
    "failed",
    1,
    "HTTP 400: temperature is out of range",
  ],
  ["413", { status: 413, body: { error: "prompt too long" } }, "failed", 1, "HTTP 413: prompt too long"],
  ["422", { status: 422, body: { error: ["field required"] } }, "failed", 1, "HTTP 422"],
  ["408", { status: 408 }, "failed", 4, "HTTP 408"],
  ["409", { status: 409 }, "failed", 4, "HTTP 409"],
  ["425", { status: 425 }, "failed", 4, "HTTP 425"],
  ["429", { status: 429, body: "slow down" }, "failed", 4, "HTTP 429: slow down"],
  ["500", { status: 500, body: { error: { message: "boom" } } }, "failed", 4, "HTTP 500: boom"],
  ["500 with a body that is no JSON", { status: 500, body: '{"error": "bo' }, "failed", 4, 'HTTP 500: {"error": "bo'],
  ["502 with an HTML page", { status: 502, ...html }, "failed", 4, "HTTP 502: Bad gateway"],
  ["503 with an empty body", { status: 503, body: "" }, "failed", 4, "HTTP 503: (empty body)"],
  ["529", { status: 529 }, "failed", 4, "HTTP 529"],
  ["an HTML page under 200", html, "failed", 4, "HTTP 502: Bad gateway"],
  ["an error under 200", { body: { error: "boom" } }, "failed", 4, "HTTP 502: boom"],
  ["JSON cut short under 200", { body: '{"choices": [' }, "failed", 4, "HTTP 502"],
  ["null under 200", { body: "null" }, "failed", 4, "holds no message"],
  ["an answer without choices", { body: { choices: [] } }, "failed", 4, "holds no message"],
  ["a connection reset before the answer", { hangUp: true }, "failed", 4, "broke: "],
  ["a connection reset in the middle of the answer", { hangUp: "halfway" }, "failed", 4, "broke: "],
] satisfies [string, Reply, string, number, string][])("%s", async (_, reply, kind, requestsMade, message) => {
  const { backend, requests } = await serve(() => reply);
  await expect(ask(backend)).rejects.toMatchObject({
    name: "BackendError",
    kind,
    message: expect.stringContaining(message),
    retries: requestsMade - 1,
  });
  expect(requests).toHaveLength(requestsMade);
});

test("a passing failure is counted and the answer is what comes after it", async () => {
  const { backend } = await serve(({ index }) => (index < 2 ? { status: 503 } : { body: chatBody({ content: "42" }) }));
  expect(await ask(backend)).toMatchObject({ text: "42", retries: 2 });
});

test.each([
  ["seconds", () => "0.05"],
  ["a date", () => new Date(Date.now() + 3_600_000).toUTCString()],
])("Retry-After in %s is waited for, up to the longest pause", async (_, retryAfter) => {
  const times: number[] = [];
  const { backend } = await serve(({ index }) => {
    times.push(performance.now());
    return index === 0 ? { status: 429, headers: { "retry-after": retryAfter() } } : { text: "ok" };
  });
  await ask(backend);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(45);
});

test("the signal ends the waiting, and the abort reaches the socket", async () => {
  const { backend, requests } = await serve(() => ({ status: 503 }));
  const patient = withRetry(backend, { ...quick, pauseMs: 10_000, longestPauseMs: 10_000 });
  await expect(ask(patient, AbortSignal.timeout(100))).rejects.toMatchObject({
    kind: "failed",
    message: expect.stringContaining("timeout"),
  });
  expect(requests.length).toBeLessThanOrEqual(4);
});

test("a server that has never answered stops the run at once; one that has is waited for", async () => {
  const { backend, close: stop, url } = await serve(() => ({ text: "ok" }));
  await ask(backend);
  await stop();
  await expect(ask(backend)).rejects.toMatchObject({
    kind: "failed",
    retries: 3,
    message: expect.stringContaining("nothing answers"),
  });
  const never = withRetry(createBackend({ url, token: undefined }), quick);
  await expect(ask(never)).rejects.toMatchObject({
    kind: "fatal",
    retries: 0,
    message: expect.stringContaining("check --endpoint or EVAL_ENDPOINT"),
  });
});

test("429 halves the calls in flight, and successes bring them back", async () => {
  let inFlight = 0;
  let refuse = true;
  let most = 0;
  const server: Backend = {
    async complete(_prompt, _options, signal) {
      inFlight++;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight--;
      signal.throwIfAborted();
      const { BackendError } = await import("../../src/backend/errors.ts");
      if (refuse) throw new BackendError("failed", "HTTP 429", { why: "throttled", waitMs: 0 });
      return {
        text: "",
        reasoning: "",
        finishReason: "stop",
        usage: { promptTokens: 0, completionTokens: 0, reasoningTokens: 0 },
        latencyMs: 0,
        cached: false,
        retries: 0,
      };
    },
  };
  const throttled = withThrottle(server, 8);
  const wave = (calls: number) => {
    most = 0;
    return Promise.allSettled(Array.from({ length: calls }, () => ask(throttled))).then(() => most);
  };
  expect(await wave(8)).toBe(8);
  refuse = false;
  expect(await wave(4)).toBe(4);
  expect(await wave(5)).toBeLessThanOrEqual(5);
  await wave(60);
  expect(await wave(20)).toBe(8);
});
