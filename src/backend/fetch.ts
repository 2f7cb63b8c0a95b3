import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { HttpError } from "./errors.ts";

/**
 * Throws before the official client can lose status, headers and body, or take an HTML page or an error body under
 * 200 for an answer.
 */
export async function strictFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const answer = await readAnswer(await send(input, init));
  // What the client reads of a Response. A real one costs start-up and every call more than the request itself does.
  return { ok: true, status: 200, headers: JSON_HEADERS, json: async () => answer } as unknown as Response;
}

const JSON_HEADERS = new Map([["Content-Type", "application/json"]]);

/** The same where a stream is asked for: it is passed on; if a whole answer comes instead, that is its only event. */
export async function strictStreamFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const answer = await send(input, init);
  const headers = { "content-type": "text/event-stream" };
  if (isOk(answer) && /^text\/event-stream/i.test(String(answer.headers["content-type"])))
    return new Response(Readable.toWeb(answer) as ReadableStream, { headers });
  return new Response(`data: ${JSON.stringify(await readAnswer(answer))}\n\n`, { headers });
}

/** node:http keeps connections open and has no time-out of its own: the signal is the only deadline of a slow local model. */
function send(input: string | URL | Request, { method, headers, body, signal }: RequestInit = {}) {
  const url = String(input);
  const request = new URL(url).protocol === "https:" ? requestHttps : requestHttp;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      method: method ?? "GET",
      headers: { ...(headers as Record<string, string>), "content-length": Buffer.byteLength(body as string) },
      ...(signal ? { signal } : {}),
    };
    request(url, options, resolve)
      .on("error", reject)
      .end(body as string);
  });
}

const isOk = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode <= 299;

/** The JSON of an answer that is one. */
async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const text = await textOf(response);
  const refuse = (status: number) =>
    new HttpError(status, new Headers(response.headers as Record<string, string>), text);
  if (!isOk(response)) throw refuse(response.statusCode!);
  const answer = parseJson(text);
  if (answer === undefined) throw refuse(502);
  const error = (answer as { error?: { code?: unknown } } | null)?.error;
  if (error) throw refuse(statusIn(error.code));
  return answer;
}

/** The HTTP status that an error in a body under 200 means. */
export const statusIn = (code: unknown): number => (Number(code) >= 400 && Number(code) < 600 ? Number(code) : 502);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
