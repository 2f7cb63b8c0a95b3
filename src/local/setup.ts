import type { TestProject } from "vitest/node";
import { abort } from "../abort.ts";
import { messageOf } from "../errors.ts";
import { stopModel } from "./running.ts";

/** Vitest's global set-up: for the local backend, starts the model's process and tells the workers where it is. */
export default async function setup(project: TestProject): Promise<void> {
  const context = project.getProvidedContext().run;
  // Under the settings before a restart there may have been one.
  if (context.settings.backend !== "local") return stopModel();
  try {
    // Loaded only here: it takes a tenth of a second that a run over a server need not wait.
    const { localModel, targetOf } = await import("./model.ts");
    project.provide("run", { ...context, target: await targetOf(await localModel(context.settings)) });
  } catch (error) {
    abort(messageOf(error));
  }
}
