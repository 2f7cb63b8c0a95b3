import type { Backend } from "../types.ts";
import { BackendError } from "./errors.ts";

const QUOTA_REFUSALS = 3;

/**
 * Stops calling a server that will not answer any more: after three quota refusals in a row every further call is a
 * quota failure without a request; after one fatal failure every further call is `stopped`.
 */
export function withBreaker(backend: Backend): Backend {
  let refusals = 0;
  let fatal: BackendError | undefined;
  return {
    async complete(prompt, options, signal) {
      if (fatal) throw new BackendError("stopped", fatal.message);
      if (refusals >= QUOTA_REFUSALS)
        throw new BackendError("quota", `quota: not asked, since ${QUOTA_REFUSALS} calls in a row were refused`);
      try {
        const completion = await backend.complete(prompt, options, signal);
        refusals = 0;
        return completion;
      } catch (error) {
        const { kind } = error as BackendError;
        if (kind === "quota") refusals++;
        if (kind === "fatal") fatal = error as BackendError;
        throw error;
      }
    },
  };
}
