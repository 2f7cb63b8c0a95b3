/**
 * How a failed call counts: `quota` skips the item, `failed` makes it an error, `fatal` does too and stops the run,
 * since no later call could succeed; `stopped` is a call that was not made for that reason.
 */
export type FailureKind = "quota" | "failed" | "fatal" | "stopped";

/** A call that gave no completion. The message is one line and holds no token. */
export class BackendError extends Error {
  override name = "BackendError";
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
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
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line || "(empty body)";
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
  if (!(error instanceof HttpError)) return new BackendError("failed", describe(error, endpoint));
  const { status, body, message } = error;
  if (status === 402 || ([400, 403, 429].includes(status) && QUOTA.test(body)))
    return new BackendError("quota", `quota: ${message}`);
  if (status === 401 || status === 403) {
    return new BackendError(
      "fatal",
      `${endpoint} refused the token (${message}): check HF_TOKEN, or EVAL_ENDPOINT_TOKEN for --endpoint.`,
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
  return new BackendError("failed", message);
}

function describe(error: unknown, endpoint: string): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return `nothing answers at ${endpoint} (ECONNREFUSED)`;
  return typeof code === "string" ? `the connection to ${endpoint} broke: ${code} ${message}` : message;
}
