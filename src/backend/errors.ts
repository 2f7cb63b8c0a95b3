import { oneLine, shorten } from "../text.ts";

/**
 * How a failed call counts: `quota` skips the item, `failed` makes it an error, `fatal` does too and stops the run,
 * since no later call could succeed; `stopped` is a call that was not made for that reason.
 */
export type FailureKind = "quota" | "failed" | "fatal" | "stopped";

/** Why a failed call may succeed when it is made again, and how long the server asks to wait. */
export interface Transient {
  readonly why: "throttled" | "unreachable" | "broken";
  readonly waitMs: number;
}

/** A call that gave no completion. The message is one line and holds no token. */
export class BackendError extends Error {
  override name = "BackendError";
  readonly kind: FailureKind;
  readonly transient: Transient | undefined;
  /** How often the call was made again before it was given up. */
  retries = 0;

  constructor(kind: FailureKind, message: string, transient?: Transient) {
    super(oneLine(message));
    this.kind = kind;
    this.transient = transient;
  }
}

/** A refusal by the server, with what the official client drops: status, headers and the whole body. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;

  constructor(status: number, headers: Headers, body: string) {
    super(`HTTP ${status}: ${briefly(body)}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** The server's own sentence out of an error body: JSON in the usual shapes, the title of an HTML page, or the text. */
function briefly(body: string): string {
  const text = sentenceOf(body) ?? /<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? body;
  return shorten(text, 201) || "(empty body)";
}

function sentenceOf(body: string): string | undefined {
  try {
    const { error, message, detail } = JSON.parse(body) ?? {};
    return [error?.message, error, message, detail].find((value) => typeof value === "string");
  } catch {
    return undefined;
  }
}

/** What quota refusals say, whatever their status. Sources: the error pages of Hugging Face, OpenAI, OpenRouter, Together and Groq. */
const QUOTA =
  /included credits|pre-?paid credits|insufficient[_ ](credits|quota|balance|funds)|not_enough_balance|exceeded your current quota|used all available credits|monthly (spending|usage) limit|payment required|billing/i;

/** Decides how a thrown error counts. `endpoint` and `model` go into the advice of a fatal one. */
export function toBackendError(error: unknown, endpoint: string, model: string): BackendError {
  if (error instanceof BackendError) return error;
  if (!(error instanceof HttpError)) return fromConnection(error, endpoint);
  const { status, body, message } = error;
  if (status === 402 || ([400, 403, 429].includes(status) && QUOTA.test(body))) {
    const advice = /max_tokens/.test(body) ? " (the balance does not cover so long an answer: lower --max-tokens)" : "";
    return new BackendError("quota", `quota: ${message}${advice}`);
  }
  if (status === 401 || status === 403) {
    const scopes = /scope|permission/i.test(body) ? ' and its permission "Make calls to Inference Providers"' : "";
    return new BackendError(
      "fatal",
      `${endpoint} refused the token (${message}): check HF_TOKEN${scopes}, or EVAL_ENDPOINT_TOKEN for --endpoint.`,
    );
  }
  if (
    status === 404 ||
    (status === 400 && /model/i.test(body) && /not (exist|found|supported)|unknown|invalid model/i.test(body))
  ) {
    return new BackendError(
      "fatal",
      `${endpoint} does not serve "${model}" (${message}): check MODEL_NAME or --model, and the path of --endpoint.`,
    );
  }
  if (![408, 409, 425, 429].includes(status) && status < 500) return new BackendError("failed", message);
  return new BackendError("failed", message, {
    why: status === 429 ? "throttled" : "broken",
    waitMs: retryAfterMs(error.headers),
  });
}

/** Retry-After in its two forms: seconds, or a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterMs(headers: Headers): number {
  const value = headers.get("retry-after");
  if (value === null) return 0;
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(0, ms || 0);
}

function fromConnection(error: unknown, endpoint: string): BackendError {
  const { code, message = String(error) } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new BackendError("failed", `nothing answers at ${endpoint} (${code})`, { why: "unreachable", waitMs: 0 });
  }
  // Vitest's time-out explains itself over several lines; the first says it.
  if (typeof code !== "string") return new BackendError("failed", message.split("\n")[0]!);
  return new BackendError("failed", `the connection to ${endpoint} broke: ${code} ${message}`, {
    why: "broken",
    waitMs: 0,
  });
}
