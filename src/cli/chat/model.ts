import type { Target } from "../../context.ts";
import { UserError } from "../../errors.ts";
import { loadPrompt } from "../../prompts.ts";
import { remoteEndpoint, type Settings, type Tokens } from "../../settings.ts";
import type { CompletionOptions, Message } from "../../types.ts";
import { variantsOf } from "../../variants.ts";

/** Who answers: where, with which parameters, and how many tokens fit, where that is known. */
export interface Model {
  readonly endpoint: Target;
  readonly options: CompletionOptions;
  readonly contextTokens: number | undefined;
}

/** What a local model's context holds of the conversation, besides the answer and the 4096 tokens that it always does. */
const CONVERSATION_TOKENS = 12_288;

/**
 * The model and the system prompt of the settings, as an eval would use them. `connect` starts a local model, again if
 * its process has ended; `about` says in a line who answers.
 */
export async function chooseModel(settings: Settings, tokens: Tokens) {
  for (const [flag, values] of [
    ["--model", settings.models],
    ["--prompt", settings.systemPrompts],
    ["--reasoning-effort", settings.reasoningEfforts],
  ] as const)
    if (values.length > 1) throw new UserError(`chat takes one ${flag}, not ${values.length}.`);
  const template = loadPrompt("system", settings.systemPrompts[0]!, settings.root);
  const system: Message = template.render({});
  const connect =
    settings.backend === "local"
      ? () => connectLocal(settings)
      : async () => toModel(settings, remoteEndpoint(settings, tokens));
  const about = ({ endpoint, options }: Model, prompt: string): string => {
    const where = endpoint.loaded ? "on this machine" : `at ${endpoint.url}`;
    const name = options.model === "demo" ? "the demo model, not gpt-oss," : options.model;
    return `${name} ${where} · ${prompt} · temperature ${options.temperature}`;
  };
  return { system, promptPath: template.source.path, connect, about };
}

async function connectLocal(settings: Settings): Promise<Model> {
  // Loaded only here: node-llama-cpp takes its time, and a server does not need it.
  const { localModel, targetOf } = await import("../../local/model.ts");
  // One conversation needs one sequence, but a longer one than an eval's items.
  const local = await localModel({ ...settings, concurrency: 1, maxTokens: settings.maxTokens + CONVERSATION_TOKENS });
  return toModel(settings, await targetOf(local), local.contextTokens);
}

function toModel(settings: Settings, endpoint: Target, contextTokens?: number): Model {
  const [{ model, reasoningEffort } = { model: "", reasoningEffort: undefined }] = variantsOf(settings, endpoint);
  const { temperature, maxTokens, seed, topP } = settings;
  return { endpoint, options: { model, temperature, maxTokens, seed, topP, reasoningEffort }, contextTokens };
}
