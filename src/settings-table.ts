import { z } from "zod";

const whole = (min: number) => z.coerce.number().int().min(min);
const share = z.coerce.number().min(0).max(1);

export interface Setting {
  readonly env: string;
  readonly flag?: string;
  readonly schema: z.ZodType;
  readonly accepts: string;
  readonly help: string;
  readonly repeatable?: true;
  /** Its flag takes no value; --no-… says false. */
  readonly switch?: true;
  /** A path, made absolute; with `or name`, a bare word is not one. */
  readonly path?: true | "or name";
}

/** Every setting once: its names, what it accepts and what it means. `--help`, parsing and errors all read this table. */
export const table = {
  backend: {
    env: "INFERENCE_BACKEND",
    flag: "backend",
    schema: z.enum(["hf_api", "local"]),
    accepts: "hf_api or local",
    help: "where the model runs (default: hf_api if HF_TOKEN or an endpoint is set, else local)",
  },
  models: {
    env: "MODEL_NAME",
    flag: "model",
    schema: z.string(),
    accepts: "a model id",
    repeatable: true,
    help: "the hub id, :provider may follow (default: openai/gpt-oss-20b)",
  },
  hfToken: { env: "HF_TOKEN", schema: z.string(), accepts: "a token", help: "sent to Hugging Face's own hosts only" },
  endpoint: {
    env: "EVAL_ENDPOINT",
    flag: "endpoint",
    schema: z.url({ protocol: /^https?$/ }),
    accepts: "an http(s) URL",
    help: "any OpenAI-compatible base URL (default: the Hugging Face router)",
  },
  endpointToken: {
    env: "EVAL_ENDPOINT_TOKEN",
    schema: z.string(),
    accepts: "a token",
    help: "the token for that endpoint",
  },
  localModel: {
    env: "LOCAL_MODEL_PATH",
    flag: "local-model",
    schema: z.string(),
    accepts: "a .gguf file, a folder holding one, or an hf: URI",
    path: true,
    help: "the local model (default: MODEL_NAME as an hf: GGUF if set, else the demo model)",
  },
  device: {
    env: "DEVICE",
    flag: "device",
    schema: z.string().regex(/^(cpu|mps|cuda(:\d+)?)$/),
    accepts: "cpu, mps, cuda or cuda:N",
    help: "where a local model runs (default: what is there)",
  },
  topP: {
    env: "TOP_P",
    flag: "top-p",
    schema: share,
    accepts: "a number from 0 to 1",
    help: "nucleus sampling (default: 0.9 for local, unsent to hf_api)",
  },
  systemPrompts: {
    env: "EVAL_SYSTEM_PROMPT",
    flag: "prompt",
    schema: z.string(),
    accepts: "a prompt file, or its name in prompts/",
    repeatable: true,
    path: "or name",
    help: "the system prompt (default: prompts/system_v1.txt)",
  },
  dataset: {
    env: "EVAL_DATASET",
    flag: "dataset",
    schema: z.string(),
    accepts: "a file",
    path: true,
    help: "a JSONL file in the eval's format instead of its own",
  },
  out: {
    env: "EVAL_OUT",
    flag: "out",
    schema: z.string(),
    accepts: "a file",
    path: true,
    help: "also write the whole run's report to this path",
  },
  markdown: {
    env: "EVAL_MARKDOWN",
    flag: "markdown",
    schema: z.string(),
    accepts: "a file",
    path: true,
    help: "also write the report as Markdown (GITHUB_STEP_SUMMARY gets it without asking)",
  },
  temperature: {
    env: "EVAL_TEMPERATURE",
    flag: "temperature",
    schema: z.coerce.number().min(0).max(2),
    accepts: "a number from 0 to 2",
    help: "0 is greedy and repeatable (default: 0)",
  },
  maxTokens: {
    env: "EVAL_MAX_TOKENS",
    flag: "max-tokens",
    schema: whole(1),
    accepts: "a whole number from 1",
    help: "the longest answer, reasoning included (default: 4096)",
  },
  seed: {
    env: "EVAL_SEED",
    flag: "seed",
    schema: whole(0),
    accepts: "a whole number from 0",
    help: "the sampling seed (default: 0)",
  },
  reasoningEfforts: {
    env: "EVAL_REASONING_EFFORT",
    flag: "reasoning-effort",
    schema: z.enum(["low", "medium", "high"]),
    accepts: "low, medium or high",
    repeatable: true,
    help: "how long to think (default: low for gpt-oss, unsent to others)",
  },
  limit: {
    env: "EVAL_LIMIT",
    flag: "limit",
    schema: whole(1),
    accepts: "a whole number from 1",
    help: "the first N items",
  },
  sample: {
    env: "EVAL_SAMPLE",
    flag: "sample",
    schema: whole(1),
    accepts: "a whole number from 1",
    help: "N items, the same N for everyone",
  },
  repeats: {
    env: "EVAL_REPEATS",
    flag: "repeats",
    schema: whole(1),
    accepts: "a whole number from 1",
    help: "completions per item, for pass@k (default: 1)",
  },
  concurrency: {
    env: "EVAL_CONCURRENCY",
    flag: "concurrency",
    schema: whole(1),
    accepts: "a whole number from 1",
    help: "requests in flight (default: 8 for hf_api, 4 for local)",
  },
  minAccuracy: {
    env: "EVAL_MIN_ACCURACY",
    flag: "min-accuracy",
    schema: share,
    accepts: "a number from 0 to 1",
    help: "the gate's floor instead of the eval's own",
  },
  minCoverage: {
    env: "EVAL_MIN_COVERAGE",
    flag: "min-coverage",
    schema: share,
    accepts: "a number from 0 to 1",
    help: "the share of items that must be scored, instead of the eval's own",
  },
  cache: {
    env: "EVAL_CACHE",
    flag: "cache",
    schema: z.stringbool(),
    accepts: "true or false",
    switch: true,
    help: "answer from stored completions (default: in watch mode only; they are always stored)",
  },
  baseline: {
    env: "EVAL_BASELINE",
    flag: "baseline",
    schema: z.string(),
    accepts: "a report JSON",
    path: true,
    help: "a report to compare with: getting worse beyond chance fails the gate",
  },
  sandbox: {
    env: "EVAL_SANDBOX",
    flag: "sandbox",
    schema: z.enum(["auto", "bwrap", "wasi", "none"]),
    accepts: "auto, bwrap, wasi or none",
    help: "what runs model-written Python (default: auto, that is bwrap where it works, else wasi)",
  },
} satisfies Record<string, Setting>;

/** The settings that say which model answers, and how: all that a chat needs. */
export const modelTable = {
  backend: table.backend,
  models: table.models,
  hfToken: table.hfToken,
  endpoint: table.endpoint,
  endpointToken: table.endpointToken,
  localModel: table.localModel,
  device: table.device,
  topP: table.topP,
  systemPrompts: table.systemPrompts,
  temperature: table.temperature,
  maxTokens: table.maxTokens,
  seed: table.seed,
  reasoningEfforts: table.reasoningEfforts,
} satisfies Partial<Record<keyof typeof table, Setting>>;
