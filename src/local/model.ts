import { basename, join } from "node:path";
import ora from "ora";
import type { Target } from "../context.ts";
import type { Settings } from "../settings.ts";
import { fingerprint } from "./fingerprint.ts";
import { type LocalModel, launchLocalModel } from "./launch.ts";
import { rememberModel, runningModel, stopModel } from "./running.ts";

/** Where a local model answers, and which one it is. The demo model keeps its name whatever its file is called. */
export async function targetOf({ url, token, file, name, architecture }: LocalModel): Promise<Target> {
  const model = name === "demo" ? name : basename(file, ".gguf");
  return { url, token, loaded: { model, architecture, fingerprint: await fingerprint(file) } };
}

/** The running local model of these settings, started if need be, with its progress on the terminal. */
export async function localModel(settings: Settings): Promise<LocalModel> {
  const { device, concurrency: sequences, maxTokens, root } = settings;
  const model = settings.localModel ?? hubUri(settings.models[0]) ?? join(root, "models", "demo.gguf");
  const options = { model, folder: join(root, "models"), device, sequences, maxTokens };
  const key = JSON.stringify(options);
  const running = runningModel();
  if (running?.key === key && !running.model.ended()) return running.model;
  await stopModel();
  const spinner = ora({ text: `loading ${basename(model)}`, discardStdin: false }).start();
  try {
    const started = await launchLocalModel(options, (phase, fraction) => {
      spinner.text = `${phase} ${basename(model)} ${bar(fraction)}`;
    });
    rememberModel(key, started);
    return started;
  } finally {
    spinner.stop();
  }
}

function hubUri(modelName: string | undefined): string | undefined {
  return modelName === undefined || modelName.startsWith("hf:") ? modelName : `hf:${modelName}`;
}

function bar(fraction: number): string {
  const width = 24;
  const full = Math.round(fraction * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)} ${Math.floor(fraction * 100)} %`;
}
