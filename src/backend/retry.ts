import PQueue from "p-queue";
import pRetry from "p-retry";
import type { Backend } from "../types.ts";
import { BackendError } from "./errors.ts";

export interface RetryOptions {
  readonly retries: number;
  /** The first pause in ms; it doubles, with jitter, up to `longestPauseMs`. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

export const RETRIES: RetryOptions = { retries: 5, pauseMs: 1000, longestPauseMs: 60_000 };

/**
 * Makes a call again that failed for a passing reason, as long as its signal allows. Retry-After is honoured up to the
 * longest pause. A server that has never answered is not worth waiting for: that stops the run.
 */
export function withRetry(backend: Backend, { retries, pauseMs, longestPauseMs }: RetryOptions = RETRIES): Backend {
  let answered = false;
  return {
    async complete(prompt, options, signal) {
      let made = 0;
      const attempt = async () => {
        const completion = await backend.complete(prompt, options, signal);
        answered = true;
        return { ...completion, retries: made };
      };
      try {
        return await pRetry(attempt, {
          retries,
          minTimeout: pauseMs,
          maxTimeout: longestPauseMs,
          randomize: true,
          signal,
          shouldRetry: ({ error }) => isTransient(error, answered),
          onFailedAttempt: async ({ error, retriesLeft, retryDelay }) => {
            if (retriesLeft === 0 || !isTransient(error, answered)) return;
            made++;
            await pause(Math.min((error as BackendError).transient!.waitMs, longestPauseMs) - retryDelay, signal);
          },
        });
      } catch (error) {
        const failure =
          error instanceof BackendError
            ? error
            : new BackendError("failed", String((error as Error)?.message ?? error));
        failure.retries = made;
        if (failure.transient?.why !== "unreachable" || answered) throw failure;
        throw new BackendError(
          "fatal",
          `${failure.message}: check --endpoint or EVAL_ENDPOINT, and that the server runs.`,
        );
      }
    },
  };
}

function isTransient(error: unknown, answered: boolean): boolean {
  const transient = error instanceof BackendError ? error.transient : undefined;
  return transient !== undefined && (answered || transient.why !== "unreachable");
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}

/**
 * Halves the calls in flight when the server says that they are too many (429), once for all calls that were in flight
 * then, and adds one after each success.
 */
export function withThrottle(backend: Backend, most: number): Backend {
  const queue = new PQueue({ concurrency: most });
  let halvedAt = Number.NEGATIVE_INFINITY;
  return {
    complete: (prompt, options, signal) =>
      queue.add(
        async () => {
          const startedAt = performance.now();
          try {
            const completion = await backend.complete(prompt, options, signal);
            if (queue.concurrency < most) queue.concurrency++;
            return completion;
          } catch (error) {
            const throttled = error instanceof BackendError && error.transient?.why === "throttled";
            if (throttled && startedAt > halvedAt) {
              halvedAt = performance.now();
              queue.concurrency = Math.max(1, Math.floor(queue.concurrency / 2));
            }
            throw error;
          }
        },
        { signal },
      ),
  };
}
