import { basename, extname } from "node:path";
import type { Target } from "./context.ts";
import { DEFAULT_MODEL, type Settings } from "./settings.ts";
import type { ReasoningEffort } from "./types.ts";

/** One combination of what a tuner compares. `label` names only what differs between the variants of the run. */
export interface Variant {
  readonly label: string;
  readonly systemPrompt: string;
  readonly model: string;
  readonly reasoningEffort: ReasoningEffort | undefined;
}

/** Every combination of system prompt, model and reasoning effort, in the order in which the settings name them. */
export function variantsOf(settings: Settings, { loaded }: Target): Variant[] {
  const { systemPrompts } = settings;
  const models = loaded ? [loaded.model] : settings.models.length > 0 ? settings.models : [DEFAULT_MODEL];
  return systemPrompts.flatMap((systemPrompt) =>
    models.flatMap((model) => {
      const efforts = effortsFor(settings, loaded?.architecture ?? model);
      return efforts.map((reasoningEffort): Variant => {
        const parts = [
          systemPrompts.length > 1 ? basename(systemPrompt, extname(systemPrompt)) : "",
          models.length > 1 ? model : "",
          efforts.length > 1 ? reasoningEffort : "",
        ];
        return { label: parts.filter(Boolean).join(", "), systemPrompt, model, reasoningEffort };
      });
    }),
  );
}

/** gpt-oss thinks at `low` unless told otherwise; other models are not told. */
function effortsFor(settings: Settings, modelOrArchitecture: string): readonly (ReasoningEffort | undefined)[] {
  if (settings.reasoningEfforts.length > 0) return settings.reasoningEfforts;
  return [/gpt-oss/i.test(modelOrArchitecture) ? "low" : undefined];
}
