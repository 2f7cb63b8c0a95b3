import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, type TestContext, TestRunner, test } from "vitest";
import { withBreaker } from "./backend/breaker.ts";
import { createBackend } from "./backend/client.ts";
import { BackendError } from "./backend/errors.ts";
import { withRetry, withThrottle } from "./backend/retry.ts";
import { openStore, withStore } from "./backend/store.ts";
import { type RunContext, STORE_FILE } from "./context.ts";
import { type Dataset, type LoadedDataset, loadDataset, selectItems } from "./datasets.ts";
import { messageOf, UserError } from "./errors.ts";
import type { OfficialName } from "./official.ts";
import { loadPrompt, type PromptTemplate, promptFile } from "./prompts.ts";
import type {
  Backend,
  CompletionOptions,
  EvalInfo,
  EvalRecord,
  Gate,
  Grade,
  Grader,
  GraderService,
  Item,
  OpenGrader,
  Prompt,
  SandboxChoice,
  Shard,
} from "./types.ts";
import { type Variant, variantsOf } from "./variants.ts";

export interface EvalDefinition<T extends Item, Row> {
  readonly dataset: Dataset<T, Row>;
  /** The prompt file of the user message; the system prompt is the run's setting. */
  readonly prompt: { readonly user: string };
  readonly grader: Grader<T> | GraderService<T>;
  readonly gate?: Gate;
  /** True if the demo model may pass this eval's gate. */
  readonly demoCounts?: boolean;
}

/** Where each eval of this run was defined, and its one backend: worker and module live as long as the run. */
const definedIn = new Map<string, string>();
let sharedBackend: Backend | undefined;

/**
 * Registers an eval: a suite per variant, a test per item and repeat, named by the item's id. Rows and prompts are
 * checked here, before any request of this eval.
 * @throws UserError for a second eval of the same name, a broken row or a broken prompt.
 */
export function describeEval<T extends Item, Row>(name: string, definition: EvalDefinition<T, Row>): void {
  const context = inject("run");
  const { root, ...settings } = context.settings;
  const file = relative(root, expect.getState().testPath ?? "");
  claimName(name, file, settings.dataset);
  const datasetPath = settings.dataset ?? datasetFile(definition.dataset, root);
  const systemPrompts = settings.systemPrompts.map((prompt) => promptFile(prompt, root));
  watchFiles([datasetPath, promptFile(definition.prompt.user, root), ...systemPrompts]);
  const dataset = loadDataset(definition.dataset, datasetPath, root);
  const items = ownItems(selectItems(dataset.items, settings), context.shard);
  const user = loadPrompt("user", definition.prompt.user, root);
  for (const variant of variantsOf(context.settings, context.target)) {
    const prompts = [loadPrompt("system", variant.systemPrompt, root), user];
    const evalInfo = toEvalInfo(name, file, definition, dataset, variant, prompts, context);
    describe(variant.label ? `${name} [${variant.label}]` : name, { meta: { evalInfo } }, () => {
      beforeAll(() => {
        sharedBackend ??= openBackend(context);
      });
      const grader = useGrader(definition.grader, evalInfo, context.settings.sandbox);
      for (const { item, index } of items) {
        const prompt = prompts.map((template) => template.render(item));
        for (let repeat = 0; repeat < settings.repeats; repeat++) {
          const evalRecord = newRecord(item, index, repeat, prompt);
          const options = {
            ...evalInfo.run,
            topP: settings.topP,
            reasoningEffort: variant.reasoningEffort,
            seed: settings.seed + repeat,
          };
          // A suite's meta would be copied into each of its tests.
          const meta = { evalInfo: undefined, evalRecord };
          test(
            settings.repeats > 1 ? `${item.id} #${repeat + 1}` : item.id,
            { concurrent: true, retry: 0, meta },
            (testContext) =>
              runItem(evalRecord, prompt, options, (completion) => grader(completion, item), testContext),
          );
        }
      }
      watchFiles(prompts.flatMap(({ reads }) => [...reads]));
    });
  }
}

/** A shard takes every count-th item, so that the shards of any eval are of like size and no item is in two. */
function ownItems<T>(items: readonly T[], shard: Shard | null): { item: T; index: number }[] {
  const all = items.map((item, index) => ({ item, index }));
  return shard ? all.filter(({ index }) => index % shard.count === shard.index - 1) : all;
}

/** Told before they are read: also a file that is broken now runs the eval again when it is mended. */
function watchFiles(files: readonly string[]): void {
  const { meta } = TestRunner.getCurrentSuite().file!;
  meta.reads = [...(meta.reads ?? []), ...files.map((file) => file.replaceAll("\\", "/"))];
}

/** The file of an eval's own dataset; an official one is downloaded first. Tests are registered synchronously, so this waits. */
function datasetFile({ path, official }: { path: string; official?: OfficialName }, root: string): string {
  const file = resolve(root, path);
  if (!official || existsSync(file)) return file;
  const command = fileURLToPath(new URL("cli/datasets.ts", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [command, official], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "inherit", "pipe"],
  });
  if (status !== 0)
    throw new UserError(
      stripVTControlCharacters(stderr)
        .trim()
        .replace(/^Error /, ""),
    );
  return file;
}

/** A grader that must be opened is so before the suite's first item, and closed after its last. */
function useGrader<T extends Item>(
  grader: Grader<T> | GraderService<T>,
  evalInfo: EvalInfo,
  sandbox: SandboxChoice,
): Grader<T> {
  if (typeof grader === "function") return grader;
  let opened: OpenGrader<T> | undefined;
  beforeAll(async () => {
    opened = await grader.open({ sandbox }).catch((error: unknown) => {
      throw new UserError(messageOf(error));
    });
    evalInfo.run = { ...evalInfo.run, judge: opened.judge };
  });
  afterAll(() => opened?.close());
  return (completion, item) => opened!.grade(completion, item);
}

function claimName(name: string, file: string, dataset: string | undefined): void {
  const earlier = definedIn.get(name);
  if (earlier !== undefined)
    throw new UserError(
      `the eval "${name}" is defined twice, in ${earlier} and in ${file}: each needs a name of its own.`,
    );
  if (dataset && definedIn.size > 0)
    throw new UserError(
      `--dataset ${dataset} needs exactly one eval, but "${name}" is a second one: name one, as in vitest run evals/${name}.`,
    );
  definedIn.set(name, file);
}

function toEvalInfo<T extends Item, Row>(
  name: string,
  file: string,
  { gate, demoCounts }: EvalDefinition<T, Row>,
  dataset: LoadedDataset<T>,
  { label, model, reasoningEffort }: Variant,
  prompts: readonly PromptTemplate[],
  { settings, target, shard }: RunContext,
): EvalInfo {
  const { backend, temperature, maxTokens, topP, seed, limit, sample, repeats, minAccuracy, minCoverage } = settings;
  return {
    name,
    variant: label,
    file,
    dataset: dataset.path,
    datasetSha256: dataset.sha256,
    gate: {
      ...gate,
      ...(minAccuracy === undefined ? {} : { minAccuracy }),
      ...(minCoverage === undefined ? {} : { minCoverage }),
    },
    demoCounts: demoCounts ?? false,
    shard,
    run: {
      backend,
      model,
      endpoint: target.loaded ? "local" : target.url,
      temperature,
      maxTokens,
      topP: topP ?? null,
      reasoningEffort: reasoningEffort ?? null,
      seed,
      limit: limit ?? null,
      sample: sample ?? null,
      repeats,
      prompts: prompts.map(({ source }) => source),
      judge: null,
    },
  };
}

const newRecord = (item: Item, index: number, repeat: number, prompt: Prompt): EvalRecord => ({
  id: item.id,
  index,
  rowSha256: createHash("sha256").update(JSON.stringify(item)).digest("hex"),
  repeat,
  target: item.target,
  verdict: null,
  answer: null,
  rule: null,
  reason: null,
  otherGraders: {},
  repairs: [],
  retries: 0,
  prompt,
  completion: null,
});

/** The one way to completions: stored ones are there even when the server is not asked any more. */
function openBackend({ settings, target, readStore }: RunContext): Backend {
  const store = openStore(resolve(settings.root, STORE_FILE));
  // A local model's process does not come back, and has no limit to keep to.
  const client = target.loaded
    ? createBackend(target)
    : withRetry(withThrottle(createBackend(target), settings.concurrency));
  return withStore(withBreaker(client), store, {
    read: readStore,
    source: target.loaded?.fingerprint ?? target.url,
  });
}

/** Asks, grades and writes what came of it into the record; then says it to Vitest by passing, skipping or throwing. */
async function runItem(
  record: EvalRecord,
  prompt: Prompt,
  options: CompletionOptions,
  grade: (completion: NonNullable<EvalRecord["completion"]>) => Grade | Promise<Grade>,
  { task, skip, signal }: TestContext,
): Promise<void> {
  Object.assign(record, {
    verdict: "error",
    reason: "no answer before the test's time-out",
  } satisfies Partial<EvalRecord>);
  try {
    record.completion = await sharedBackend!.complete(prompt, options, signal);
    record.retries = record.completion.cached ? 0 : record.completion.retries;
    const { correct, answer, rule, reason, otherGraders, repairs } = await grade(record.completion);
    Object.assign(record, {
      verdict: correct ? "correct" : "incorrect",
      answer: answer ?? null,
      rule: rule ?? null,
      reason: reason ?? null,
      otherGraders: otherGraders ?? {},
      repairs: repairs ?? [],
    } satisfies Partial<EvalRecord>);
  } catch (error) {
    record.reason = messageOf(error);
    if (error instanceof BackendError) record.retries = error.retries;
    const kind = error instanceof BackendError ? error.kind : "failed";
    if (kind === "fatal") task.meta.runStopped = record.reason;
    if (kind === "quota" || kind === "stopped") {
      record.verdict = kind === "quota" ? "skipped" : null;
      skip(record.reason);
    }
    throw new EvalFailure("ItemError", record.reason);
  }
  if (record.verdict === "incorrect") throw new EvalFailure("IncorrectAnswer", describeWrong(record));
}

/** The line of a wrong item: what was answered and what was expected. */
function describeWrong({ answer, target, reason }: EvalRecord): string {
  const answered = answer === null ? `no answer (${reason})` : `answered ${briefly(answer)}`;
  if (answer?.includes("\n")) return reason ?? "";
  return `${answered}, expected ${briefly(target)}`;
}

function briefly(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

/** A stack would point into this file and say nothing about the item. */
class EvalFailure extends Error {
  constructor(name: "IncorrectAnswer" | "ItemError", message: string) {
    super(message);
    this.name = name;
    this.stack = `${name}: ${message}`;
  }
}
