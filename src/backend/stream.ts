import { InferenceClient, InferenceClientProviderApiError } from "@huggingface/inference";
import type { Completion, CompletionOptions, OnDelta, Prompt } from "../types.ts";
import { type ChatResponse, requestBody, toFinishReason, toUsage } from "./client.ts";
import { BackendError, HttpError, toBackendError } from "./errors.ts";
import { statusIn, strictStreamFetch } from "./fetch.ts";
import { hasMarker, splitChannels } from "./harmony.ts";

type Message = NonNullable<NonNullable<ChatResponse["choices"]>[number]["message"]>;
interface StreamChunk extends Pick<ChatResponse, "usage"> {
  choices?: { delta?: Message; message?: Message; finish_reason?: string | null }[];
}

/**
 * Asks for one completion and hands on its pieces as they come. The promise gives the whole, as `Backend.complete` would.
 * @throws BackendError, also for a stream that ends in the middle of the answer; what was handed on until then stands.
 */
export async function streamCompletion(
  { url, token }: { url: string; token: string | undefined },
  prompt: Prompt,
  options: CompletionOptions,
  signal: AbortSignal,
  onDelta: OnDelta,
): Promise<Completion> {
  const client = new InferenceClient(token, { endpointUrl: url, retry_on_error: false, fetch: strictStreamFetch });
  const request = { ...requestBody(prompt, options), stream_options: { include_usage: true } };
  const start = performance.now();
  let content = "";
  let reasoning = "";
  let shown = 0;
  let finishReason: string | undefined;
  let usage: ChatResponse["usage"];
  try {
    for await (const chunk of client.chatCompletionStream(request, { signal }) as AsyncIterable<StreamChunk>) {
      usage = chunk.usage ?? usage;
      const choice = chunk.choices?.[0];
      finishReason = choice?.finish_reason || finishReason;
      const delta = choice?.delta ?? choice?.message;
      const thought = delta?.reasoning || delta?.reasoning_content || "";
      reasoning += thought;
      if (thought) onDelta("reasoning", thought);
      content += delta?.content ?? "";
      // Text with leaked markers can only be told apart when it is whole.
      if (content.length > shown && !hasMarker(content)) {
        onDelta("text", content.slice(shown));
        shown = content.length;
      }
    }
    signal.throwIfAborted();
    if (finishReason === undefined)
      throw new BackendError("failed", `${url} stopped in the middle of the answer`, { why: "broken", waitMs: 0 });
  } catch (error) {
    throw toBackendError(signal.aborted ? signal.reason : fromStream(error), url, options.model);
  }
  const split = splitChannels(content);
  if (hasMarker(content) && split.text) onDelta("text", shown > 0 ? `\n${split.text}` : split.text);
  return {
    text: split.text,
    reasoning: reasoning || split.reasoning,
    finishReason: toFinishReason(finishReason),
    usage: toUsage(usage),
    latencyMs: Math.round(performance.now() - start),
    cached: false,
    retries: 0,
  };
}

/** An error that came as an event, under the status that its code says; an event that is no JSON. */
function fromStream(error: unknown): unknown {
  if (error instanceof SyntaxError)
    return new BackendError("failed", `the server's stream is broken: ${error.message}`, { why: "broken", waitMs: 0 });
  if (!(error instanceof InferenceClientProviderApiError)) return error;
  const body = error.httpResponse.body as { error?: { code?: unknown } };
  return new HttpError(statusIn(body?.error?.code), new Headers(), JSON.stringify(body));
}
