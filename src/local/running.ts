import type { LocalModel } from "./launch.ts";

const KEY = Symbol.for("gpt-oss-20b-dev.local-model");
/** On globalThis it survives Vitest's restarts within one process: watch mode loads a model once. */
const store = globalThis as typeof globalThis & { [KEY]?: { key: string; model: LocalModel } };

/** The local model that this process has started, and the options it was started with. */
export const runningModel = () => store[KEY];

export function rememberModel(key: string, model: LocalModel): void {
  store[KEY] = { key, model };
}

/** Ends the local model's process, if there is one. */
export async function stopModel(): Promise<void> {
  const running = store[KEY];
  delete store[KEY];
  await running?.model.stop();
}

/** Why the local model's process is gone, or undefined if it lives or there is none. */
export const localModelEnded = (): string | undefined => store[KEY]?.model.ended();
