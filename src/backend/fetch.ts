import { Readable } from "node:stream";
import { Agent, type Dispatcher, request } from "undici";
import { HttpError } from "./errors.ts";

/** The signal is the only deadline: undici's own would end an answer that a slow local model thinks about for five minutes. */
const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connections: null });

/**
 * Throws before the official client can lose status, headers and body, or take an HTML page or an error body under
 * 200 for an answer.
 */
export async function strictFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const text = await readAnswer(await send(input, init));
  return new Response(text, { headers: { "content-type": "application/json" } });
}

/** The same where a stream is asked for: it is passed on; if a whole answer comes instead, that is its only event. */
export async function strictStreamFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await send(input, init);
  const headers = { "content-type": "text/event-stream" };
  if (isOk(response) && /^text\/event-stream/i.test(String(response.headers["content-type"])))
    return new Response(Readable.toWeb(response.body) as ReadableStream, { headers });
  // A JSON text may hold line breaks, which would end the event.
  return new Response(`data: ${JSON.stringify(JSON.parse(await readAnswer(response)))}\n\n`, { headers });
}

type Answer = Dispatcher.ResponseData;

function send(
  input: string | URL | Request,
  { method = "GET", headers, body, signal }: RequestInit = {},
): Promise<Answer> {
  return request(String(input), {
    dispatcher,
    method: method as "POST",
    headers: headers as Record<string, string>,
    body: body as string,
    signal: signal ?? null,
  });
}

const isOk = ({ statusCode }: Answer): boolean => statusCode >= 200 && statusCode <= 299;

/** The text of an answer that is one. */
async function readAnswer(response: Answer): Promise<string> {
  const text = await response.body.text();
  const refuse = (status: number) =>
    new HttpError(status, new Headers(response.headers as Record<string, string>), text);
  if (!isOk(response)) throw refuse(response.statusCode);
  const answer = parseJson(text);
  if (answer === undefined) throw refuse(502);
  const error = (answer as { error?: { code?: unknown } } | null)?.error;
  if (error) throw refuse(statusIn(error.code));
  return text;
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
