import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface ChatRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { messages: { role: string; content: string }[]; [parameter: string]: unknown };
  /** How many requests came before this one. */
  readonly index: number;
  /** Settles when the connection's answer is over: `true` if the client left before its end. */
  readonly left: Promise<boolean>;
}

/** What the server does with a request: answer with text or a whole body, refuse, hang up, or wait first. */
export interface Reply {
  readonly text?: string;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly delayMs?: number;
  /** Sent one by one as server-sent events, strings as they are, with a pause before each but the first. */
  readonly events?: readonly unknown[];
  readonly pauseMs?: number;
  /** Ends the connection: before the answer, or in the middle of it. */
  readonly hangUp?: true | "halfway";
}

/**
 * A chat-completions server on loopback whose answers a test writes. `requests` holds all that it received. It ends with
 * the test that started it; a concurrent test must say which that is, by its own context's `onTestFinished`.
 */
export async function startChatServer(answer: (request: ChatRequest) => Reply, atEnd = onTestFinished) {
  const requests: ChatRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = {
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: JSON.parse(Buffer.concat(chunks).toString()),
      index: requests.length,
      left: new Promise<boolean>((resolve) => outgoing.once("close", () => resolve(!outgoing.writableFinished))),
    };
    requests.push(request);
    const { text, status = 200, body, headers, delayMs = 0, events, pauseMs = 0, hangUp } = answer(request);
    if (delayMs > 0) await pause(delayMs);
    if (hangUp === true) return incoming.socket.destroy();
    if (events) {
      outgoing.writeHead(status, { "content-type": "text/event-stream" });
      for (const [index, event] of events.entries()) {
        if (index > 0 && pauseMs > 0) await pause(pauseMs);
        if (outgoing.destroyed) return;
        outgoing.write(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
      }
      return hangUp ? setTimeout(() => incoming.socket.destroy(), 20) : outgoing.end();
    }
    const payload =
      body ?? (text === undefined ? { error: { message: `refused with ${status}` } } : chatBody({ content: text }));
    if (hangUp === "halfway") {
      outgoing.writeHead(status, { "content-length": 1000 });
      outgoing.write('{"choices":');
      return setTimeout(() => incoming.socket.destroy(), 20);
    }
    outgoing.writeHead(status, { "content-type": "application/json", ...headers });
    outgoing.end(typeof payload === "string" ? payload : JSON.stringify(payload));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  atEnd(async () => void (await close()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests, close };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The events of a streamed answer: its reasoning, its text piece by piece, finish reason, usage, and the end. */
export const chatEvents = (pieces: readonly string[], reasoning: readonly string[] = []): unknown[] => [
  ...reasoning.map((piece) => chunk({ reasoning_content: piece })),
  ...pieces.map((content) => chunk({ content })),
  chunk({}, "stop"),
  {
    choices: [],
    usage: { prompt_tokens: 5, completion_tokens: 7, completion_tokens_details: { reasoning_tokens: 3 } },
  },
  "[DONE]",
];

/** One event of a stream. */
export const chunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});

/** A chat-completions body around a message. */
export const chatBody = (message: object, finish_reason = "stop") => ({
  choices: [{ index: 0, finish_reason, message: { role: "assistant", ...message } }],
  usage: { prompt_tokens: 5, completion_tokens: 7, completion_tokens_details: { reasoning_tokens: 3 } },
});
