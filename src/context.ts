import type { Settings } from "./settings.ts";
import type { EvalInfo, EvalRecord, Shard, Stored } from "./types.ts";

/** Where completions come from, once that is known. */
export interface Target {
  readonly url: string;
  readonly token: string | undefined;
  /** The loaded local model; undefined for a server, whose model is a setting. */
  readonly loaded?: { readonly model: string; readonly architecture: string; readonly fingerprint: string };
}

/** Where completions are kept, from the project's root. */
export const STORE_FILE = ".cache/completions.sqlite";

/** What the main process gives to the workers. */
export interface RunContext {
  readonly settings: Settings;
  readonly target: Target;
  /** Whether stored completions are read; they are always written. */
  readonly readStore: boolean;
  readonly shard: Shard | null;
}

declare module "vitest" {
  interface ProvidedContext {
    run: RunContext;
  }
  interface TaskMeta {
    /** On a module: the files that it read, whose change runs it again. */
    reads?: string[];
    /** On a suite: the eval and its circumstances. */
    evalInfo?: EvalInfo | undefined;
    /** On a suite of a run that reads the store: what is there already. */
    stored?: Stored | undefined;
    /** On a test: its item and what became of it. */
    evalRecord?: EvalRecord;
    /** On a test: why no later call of this run can succeed. */
    runStopped?: string;
  }
}
