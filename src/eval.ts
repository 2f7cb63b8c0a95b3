import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, TestRunner, test } from "vitest";
import "./context.ts";
import { type Dataset, loadDataset, selectItems } from "./datasets.ts";
import { messageOf, UserError } from "./errors.ts";
import { toEvalInfo } from "./eval-info.ts";
import type { OfficialName } from "./official.ts";
import { loadPrompt, promptFile } from "./prompts.ts";
import { titleOf } from "./report/merge.ts";
import { newRecord, openBackend, runItem } from "./run-item.ts";
import { oneLine } from "./text.ts";
import type { EvalInfo, Gate, Grader, GraderService, Item, OpenGrader, SandboxChoice, Shard, Stored } from "./types.ts";
import { variantsOf } from "./variants.ts";

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
let sharedBackend: ReturnType<typeof openBackend> | undefined;

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
  sharedBackend ??= openBackend(context);
  const backend = sharedBackend;
  for (const variant of variantsOf(context.settings, context.target)) {
    const prompts = [loadPrompt("system", variant.systemPrompt, root), user];
    const { gate = {}, demoCounts = false } = definition;
    const evalInfo = toEvalInfo({ name, file, gate, demoCounts }, dataset, variant, prompts, context);
    const stored: Stored = { completions: 0, cost: 0 };
    describe(titleOf(evalInfo), { meta: { evalInfo, stored: context.readStore ? stored : undefined } }, () => {
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
          const found = backend.stored(prompt, options);
          if (found) stored.completions++;
          stored.cost += found?.usage.cost ?? 0;
          // A suite's meta would be copied into each of its tests.
          const meta = { evalInfo: undefined, stored: undefined, evalRecord };
          test(
            settings.repeats > 1 ? `${oneLine(item.id)} #${repeat + 1}` : oneLine(item.id),
            { concurrent: true, retry: 0, meta },
            (testContext) =>
              runItem(backend, evalRecord, options, (completion) => grader(completion, item), testContext),
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
  const message = stripVTControlCharacters(stderr).trim();
  if (status !== 0) throw new UserError(message.replace(/^Error /, ""));
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
