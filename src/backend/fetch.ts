import { Readable } from "node:stream";
import { Agent, request } from "undici";
import { HttpError } from "./errors.ts";

/** The signal is the only deadline: undici's own would end an answer that a slow local model thinks about for five minutes. */
const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connections: null });

/**
 * Throws before the official client can lose status, headers and body, or take an HTML page or an error body under
 * 200 for an answer. A stream is passed on; where one was asked for and a whole answer came, that is its only event.
 */
export async function strictFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const { method = "GET", headers, body, signal } = init;
  const response = await request(String(input), {
    dispatcher,
    method: method as "POST",
    headers: headers as Record<string, string>,
    body: body as string,
    signal: signal ?? null,
  });
  const { statusCode } = response;
  const ok = statusCode >= 200 && statusCode <= 299;
  const streamed = (parseJson(String(body)) as { stream?: boolean } | undefined)?.stream === true;
  if (ok && streamed && /^text\/event-stream/i.test(String(response.headers["content-type"])))
    return new Response(Readable.toWeb(response.body) as ReadableStream, { headers: EVENTS });
  const text = await response.body.text();
  const refuse = (status: number) =>
    new HttpError(status, new Headers(response.headers as Record<string, string>), text);
  if (!ok) throw refuse(statusCode);
  const answer = parseJson(text);
  if (answer === undefined) throw refuse(502);
  const error = (answer as { error?: { code?: unknown } } | null)?.error;
  if (error) throw refuse(statusIn(error.code));
  return streamed
    ? new Response(`data: ${JSON.stringify(answer)}\n\n`, { headers: EVENTS })
    : new Response(text, { headers: { "content-type": "application/json" } });
}

const EVENTS = { "content-type": "text/event-stream" };

/** The HTTP status that an error in a body under 200 means. */
export const statusIn = (code: unknown): number => (Number(code) >= 400 && Number(code) < 600 ? Number(code) : 502);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
