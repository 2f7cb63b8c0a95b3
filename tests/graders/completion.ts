import type { Completion } from "../../src/types.ts";

/** A completion that says `text`, for grader tests. */
export function completionOf(text: string, parts: Partial<Completion> = {}): Completion {
  const usage = { promptTokens: 0, completionTokens: 0, reasoningTokens: 0 };
  return { text, reasoning: "", finishReason: "stop", usage, latencyMs: 0, cached: false, retries: 0, ...parts };
}
