import { InferenceClient } from "@huggingface/inference";
import type { Backend, Completion, CompletionOptions, FinishReason, Prompt, Usage } from "../types.ts";
import { BackendError, toBackendError } from "./errors.ts";
import { strictFetch } from "./fetch.ts";
import { splitChannels } from "./harmony.ts";

/** What an OpenAI-compatible server may answer; every server leaves something out. */
export interface ChatResponse {
  choices?: {
    message?: { content?: string | null; reasoning?: string | null; reasoning_content?: string | null };
    finish_reason?: string | null;
  }[];
  usage?: {
    prompt_tokens?: number;
    completion_tokens?: number;
    completion_tokens_details?: { reasoning_tokens?: number };
    /** https://openrouter.ai/docs/use-cases/usage-accounting */
    cost?: number;
  } | null;
}

/**
 * The chat-completions client of every backend: the Hugging Face router, any OpenAI-compatible server, and our own local one.
 * `complete` throws a BackendError, whose `kind` says how the failure counts.
 */
export function createBackend({ url, token }: { url: string; token: string | undefined }): Backend {
  const client = new InferenceClient(token, { endpointUrl: url, retry_on_error: false, fetch: strictFetch });
  return {
    async complete(prompt, options, signal) {
      const start = performance.now();
      try {
        const response = (await client.chatCompletion(requestBody(prompt, options), { signal })) as ChatResponse | null;
        return toCompletion(response, performance.now() - start);
      } catch (error) {
        throw toBackendError(signal.aborted ? signal.reason : error, url, options.model);
      }
    },
  };
}

export function requestBody(prompt: Prompt, options: CompletionOptions) {
  return {
    model: options.model,
    messages: prompt.map(({ role, content }) => ({ role, content })),
    temperature: options.temperature,
    max_tokens: options.maxTokens,
    seed: options.seed,
    ...(options.topP === undefined ? {} : { top_p: options.topP }),
    ...(options.reasoningEffort === undefined ? {} : { reasoning_effort: options.reasoningEffort }),
  };
}

function toCompletion(response: ChatResponse | null, latencyMs: number): Completion {
  const choice = response?.choices?.[0];
  if (!choice?.message) {
    const answer = JSON.stringify(response).slice(0, 200);
    throw new BackendError("failed", `the server's answer holds no message: ${answer}`, { why: "broken", waitMs: 0 });
  }
  const { content, reasoning, reasoning_content } = choice.message;
  const split = splitChannels(content ?? "");
  return {
    text: split.text,
    reasoning: reasoning ?? reasoning_content ?? split.reasoning,
    finishReason: toFinishReason(choice.finish_reason),
    usage: toUsage(response?.usage),
    latencyMs: Math.round(latencyMs),
    cached: false,
    retries: 0,
  };
}

export function toFinishReason(reason: string | null | undefined): FinishReason {
  return reason === "stop" || reason === "length" || reason === "content_filter" || reason === "tool_calls"
    ? reason
    : "unknown";
}

export const toUsage = (usage: ChatResponse["usage"]): Usage => ({
  promptTokens: usage?.prompt_tokens ?? 0,
  completionTokens: usage?.completion_tokens ?? 0,
  reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
  ...(typeof usage?.cost === "number" ? { cost: usage.cost } : {}),
});
