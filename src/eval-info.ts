import type { RunContext } from "./context.ts";
import type { LoadedDataset } from "./datasets.ts";
import type { PromptTemplate } from "./prompts.ts";
import type { EvalInfo, Item } from "./types.ts";
import type { Variant } from "./variants.ts";

/** What the report says of an eval in one variant. */
export function toEvalInfo(
  { name, file, gate, demoCounts }: Pick<EvalInfo, "name" | "file" | "gate" | "demoCounts">,
  dataset: LoadedDataset<Item>,
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
    demoCounts,
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
