/** Every noun of the suite. This file imports nothing; design: item → prompt → completion → grade → record → report. */

/** One row of a dataset. `target` is the right answer as text, shown beside a wrong one. */
export interface Item {
  readonly id: string;
  readonly target: string;
}

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export type Prompt = readonly Message[];

/** A prompt file as it was used: enough to tell later which text gave which number. */
export interface PromptSource {
  readonly role: Message["role"];
  readonly path: string;
  readonly sha256: string;
}

export type ReasoningEffort = "low" | "medium" | "high";

/** Why the model stopped: `length` means that the token limit cut the answer off. */
export type FinishReason = "stop" | "length" | "content_filter" | "tool_calls" | "unknown";

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** The part of `completionTokens` that was spent on reasoning, where the server says so. */
  readonly reasoningTokens: number;
  /** What the call cost, in the server's own currency, where it says so: OpenRouter does, in US dollars. */
  readonly cost?: number;
}

/** What a backend answers. `text` is the final channel only; `reasoning` is kept beside it and never graded. */
export interface Completion {
  readonly text: string;
  readonly reasoning: string;
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly latencyMs: number;
  readonly cached: boolean;
  /** How often the call was made again before it succeeded. */
  readonly retries: number;
}

/** The parameters of one completion. What is undefined is not sent. */
export interface CompletionOptions {
  readonly model: string;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly topP?: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
}

export interface Backend {
  complete(prompt: Prompt, options: CompletionOptions, signal: AbortSignal): Promise<Completion>;
}

/** Takes the pieces of an answer as they come: those of its final text, and those of the reasoning before it. */
export type OnDelta = (channel: "text" | "reasoning", piece: string) => void;

/**
 * `rule` names the extraction rule that found `answer`; `reason` says in a sentence why a grade is not correct.
 * `repairs` names what was changed in the model's text to make code of it: a correct grade with any is `syntaxRepairedAndPassed`.
 */
export interface Grade {
  readonly correct: boolean;
  readonly answer?: string | undefined;
  readonly rule?: string | undefined;
  readonly reason?: string | undefined;
  /** What other graders say of the same reply, by their names; beside our verdict, never in it. */
  readonly otherGraders?: Readonly<Record<string, boolean>>;
  readonly repairs?: readonly string[] | undefined;
}

export type Grader<T extends Item = Item> = (completion: Completion, item: T) => Grade | Promise<Grade>;

/** A grader that must be started before the first item, such as a judge of programs. */
export interface GraderService<T extends Item = Item> {
  /** Throws if it cannot grade: the eval then ends before any request. */
  open(settings: { readonly sandbox: SandboxChoice }): Promise<OpenGrader<T>>;
}

export interface OpenGrader<T extends Item = Item> {
  readonly grade: Grader<T>;
  /** What the verdicts depend on, for the report. */
  readonly judge: JudgeInfo;
  close(): Promise<void>;
}

export type SandboxChoice = "auto" | "bwrap" | "wasi" | "none";

export interface JudgeInfo {
  readonly sandbox: Exclude<SandboxChoice, "auto">;
  readonly python: string;
}

/** An `error` is not an answer, a `skipped` item is quota: neither is in the accuracy's denominator. */
export type Verdict = "correct" | "incorrect" | "skipped" | "error";

/** What one test carries to the reporter in `task.meta`. A null verdict means that the test was not run. */
export interface EvalRecord {
  id: string;
  /** The item's place among the items of the whole run, which its shards are put together by. */
  index: number;
  /** Of the whole row: runs are compared over rows that did not change. */
  rowSha256: string;
  repeat: number;
  verdict: Verdict | null;
  target: string;
  answer: string | null;
  rule: string | null;
  reason: string | null;
  otherGraders: Readonly<Record<string, boolean>>;
  repairs: readonly string[];
  retries: number;
  prompt: Prompt;
  completion: Completion | null;
}

/** The floors below which an eval fails (accuracy) or proves nothing (coverage). Shares from 0 to 1. */
export interface Gate {
  readonly minAccuracy?: number;
  readonly minCoverage?: number;
}

/** The circumstances of a run that its number depends on. */
export interface RunInfo {
  readonly backend: "hf_api" | "local";
  readonly model: string;
  readonly endpoint: string;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly topP: number | null;
  readonly reasoningEffort: ReasoningEffort | null;
  readonly seed: number;
  readonly limit: number | null;
  readonly sample: number | null;
  readonly repeats: number;
  readonly prompts: readonly PromptSource[];
  /** What ran the answers' code; null where none was run. */
  readonly judge: JudgeInfo | null;
}

/** What the store holds of a suite's answers before it is run: those are not asked, and not paid, again. */
export interface Stored {
  completions: number;
  cost: number;
}

/** One of `count` parts of a run, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What one suite (an eval in one variant) carries to the reporter in `task.meta`. */
export interface EvalInfo {
  readonly name: string;
  readonly variant: string;
  readonly file: string;
  readonly dataset: string;
  readonly datasetSha256: string;
  run: RunInfo;
  readonly gate: Gate;
  readonly shard: Shard | null;
  /** True for evals that the demo model was made for; on every other eval it is never evidence. */
  readonly demoCounts: boolean;
}
