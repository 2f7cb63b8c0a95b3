import { z } from "zod";

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const usage = z.object({
  promptTokens: count,
  completionTokens: count,
  reasoningTokens: count,
  cost: z.number().min(0).optional().meta({ description: "in the server's currency, where it says so" }),
});
const message = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });

const item = z.object({
  id: z.string(),
  rowSha256: z.string(),
  repeat: count,
  verdict: z.enum(["correct", "incorrect", "skipped", "error"]).nullable().meta({ description: "null: not run" }),
  answer: z.string().nullable(),
  target: z.string(),
  rule: z.string().nullable().meta({ description: "the extraction rule that found the answer" }),
  reason: z.string().nullable(),
  otherGraders: z
    .record(z.string(), z.boolean())
    .meta({ description: "what other graders say, such as lm_eval_strict" }),
  repairs: z.array(z.string()).readonly().meta({ description: "what was changed in the reply to make code of it" }),
  finishReason: z.enum(["stop", "length", "content_filter", "tool_calls", "unknown"]).nullable(),
  latencyMs: z.number().nullable(),
  cached: z.boolean(),
  retries: count,
  prompt: z.array(message).readonly(),
  completion: z.string().nullable(),
  reasoning: z.string().nullable(),
  usage: usage.nullable(),
});

const run = z.object({
  backend: z.enum(["hf_api", "local"]),
  model: z.string().meta({ description: "what was loaded; demo is the embedded model" }),
  endpoint: z.string(),
  temperature: z.number(),
  maxTokens: count,
  topP: share.nullable(),
  reasoningEffort: z.enum(["low", "medium", "high"]).nullable(),
  seed: count,
  limit: count.nullable(),
  sample: count.nullable(),
  repeats: count,
  prompts: z.array(z.object({ role: message.shape.role, path: z.string(), sha256: z.string() })).readonly(),
  judge: z
    .object({ sandbox: z.enum(["bwrap", "wasi", "none"]), python: z.string() })
    .nullable()
    .meta({ description: "what ran the answers' code" }),
});

const gate = z.object({
  outcome: z.enum(["passed", "failed", "inconclusive"]),
  minAccuracy: share,
  minCoverage: share,
  reasons: z.array(z.string()).readonly(),
});

const evaluation = z.object({
  name: z.string(),
  variant: z.string().meta({ description: "empty when the run had one variant" }),
  dataset: z.string(),
  datasetSha256: z.string(),
  run,
  total: count.meta({ description: "scored + skipped + errors + notRun, in completions" }),
  scored: count.meta({ description: "correct + incorrect" }),
  skipped: count.meta({ description: "quota: not in the accuracy's denominator" }),
  errors: count,
  notRun: count,
  correct: count,
  incorrect: count,
  accuracy: share.nullable().meta({ description: "correct / scored; null when nothing was scored" }),
  ci95: z.tuple([share, share]).readonly().nullable(),
  coverage: share.meta({ description: "scored / total" }),
  passAtK: z
    .record(z.string(), share)
    .nullable()
    .meta({ description: "by k, over items all of whose completions were scored" }),
  partial: z.boolean(),
  truncated: count.meta({ description: "completions cut off by the token limit; incorrect" }),
  noAnswer: count.meta({ description: "completions in which no answer was found; incorrect" }),
  syntaxRepairedAndPassed: count,
  otherGraders: z.record(z.string(), count).meta({ description: "how many completions other graders call correct" }),
  cached: count,
  retries: count.meta({ description: "calls that were made again" }),
  usage,
  latencyMs: z.object({ p50: z.number(), p95: z.number() }),
  elapsedMs: z.number(),
  gate,
  items: z.array(item).readonly(),
});

/** The accuracy JSON, version 1. `reporters/accuracy.schema.json` is generated from this. */
export const reportSchema = z.object({
  schemaVersion: z.literal(1),
  startedAt: z.iso.datetime(),
  elapsedMs: z.number(),
  broken: z.array(z.string()).readonly().optional().meta({ description: "what makes the run's numbers void (exit 1)" }),
  evals: z.array(evaluation).readonly(),
});

export type Report = z.infer<typeof reportSchema>;
export type EvalReport = z.infer<typeof evaluation>;
export type ItemReport = z.infer<typeof item>;
export type GateReport = z.infer<typeof gate>;

/** The published JSON Schema of the report, as the text of its file. */
export const reportJsonSchema = (): string =>
  `${JSON.stringify({ title: "Accuracy report of gpt-oss-20b-dev", ...z.toJSONSchema(reportSchema) }, null, 2)}\n`;
