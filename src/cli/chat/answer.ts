import { styleText } from "node:util";
import ora from "ora";
import { visible } from "../../text.ts";
import type { Completion, OnDelta } from "../../types.ts";

/** Shows an answer as it comes: a spinner until then, reasoning dimmed, or folded into the spinner. */
export function createAnswerView({ showReasoning }: { showReasoning: boolean }) {
  const spinner = ora({ text: dim("waiting"), discardStdin: false, stream: process.stdout }).start();
  const start = performance.now();
  let first = 0;
  let pieces = 0;
  let channel: "text" | "reasoning" | undefined;
  let lastPiece = "";

  const onDelta: OnDelta = (next, piece) => {
    if (pieces++ === 0) first = performance.now();
    if (next === "reasoning" && !showReasoning) {
      spinner.text = dim(`thinking (${pieces})`);
      return;
    }
    if (spinner.isSpinning) spinner.stop();
    if (channel && channel !== next) process.stdout.write("\n\n");
    channel = next;
    lastPiece = visible(piece);
    process.stdout.write(next === "reasoning" ? dim(lastPiece) : lastPiece);
  };

  return {
    onDelta,
    /** Says that the conversation lost its oldest turns. */
    forget(turns: number): void {
      spinner.clear();
      process.stdout.write(dim(`the context is full: the oldest ${turns === 1 ? "turn" : `${turns} turns`} left\n`));
    },
    /** Ends the line and says quietly what the answer took; without a completion, why there is none. */
    end(outcome: Completion | string): void {
      if (spinner.isSpinning) spinner.stop();
      if (channel && !lastPiece.endsWith("\n")) process.stdout.write("\n");
      const since = pieces > 1 ? first : start;
      const line = typeof outcome === "string" ? outcome : dim(describe(outcome, (performance.now() - since) / 1000));
      process.stdout.write(`${line}\n`);
    },
  };
}

function describe({ usage, text, finishReason }: Completion, seconds: number): string {
  const { promptTokens, completionTokens, reasoningTokens } = usage;
  const thought = reasoningTokens > 0 ? ` (${reasoningTokens} reasoning)` : "";
  const tokens =
    completionTokens > 0
      ? `${promptTokens} tokens in, ${completionTokens} out${thought} · ${(completionTokens / seconds).toFixed(1)} tokens/s`
      : "the server counts no tokens";
  const cut = finishReason === "length" ? ", cut by --max-tokens or the end of the context" : "";
  return `${tokens} · ${finishReason}${cut}${text === "" ? " · no answer" : ""}`;
}

export const dim = (text: string): string => styleText("dim", text);
