import type { Grade } from "../../types.ts";
import type { PythonItem } from "./item.ts";
import { type LineProcess, start } from "./process.ts";
import { type Limits, type Sandbox, scriptOf } from "./sandbox.ts";

/** The judge itself does not work: no verdict on any program. */
export class JudgeError extends Error {
  override name = "JudgeError";
}

/** A booted process of one side. */
export interface Side {
  readonly process: LineProcess;
  readonly python: string;
}

const bootSeconds = 60;

/** Starts one side and waits until it says that it is up. Only then does a candidate get code: a death after this is its own. */
export async function boot(sandbox: Sandbox, side: "checker" | "candidate", limits: Limits): Promise<Side> {
  const process = start(sandbox.command(scriptOf(side), side === "checker" ? { ...limits, cpuSeconds: null } : limits));
  const timer = setTimeout(() => void process.kill(), bootSeconds * 1000);
  const line = await process.receive();
  clearTimeout(timer);
  if (line !== undefined) return { process, python: JSON.parse(line).boot };
  throw new JudgeError(`the ${sandbox.name} sandbox did not start Python (${await process.ending()})`);
}

/** The one line that a candidate sends after loading its program: undefined when it is ready to be called. */
function loadFailure(line: string): string | undefined {
  try {
    const message = JSON.parse(line);
    if (message.ready === true) return undefined;
    return `the program does not load: ${message.error[0]}: ${message.error[1]}`;
  } catch {
    return "its answer cannot be read";
  }
}

/**
 * Passes lines between the two sides until the checker has a verdict.
 * Undefined when the checker ended on an answer; null when it ended before it asked for one.
 */
export async function converse(
  checker: LineProcess,
  candidate: LineProcess,
  program: string,
  item: PythonItem,
): Promise<Grade | undefined | null> {
  const ended = async () => `its process ended before the tests did (${await candidate.ending()})`;
  candidate.send(JSON.stringify({ program, entryPoint: item.entry_point }));
  const loaded = await candidate.receive();
  const failure = loaded === undefined ? await ended() : loadFailure(loaded);
  if (failure !== undefined) return { correct: false, reason: failure };

  checker.send(JSON.stringify({ prompt: item.prompt, test: item.test, entryPoint: item.entry_point }));
  let asked = false;
  for (let line = await checker.receive(); line !== undefined; line = await checker.receive()) {
    asked = true;
    const message = JSON.parse(line);
    if (message.broken) throw new JudgeError(`the tests of ${item.id} do not run: ${message.broken}`);
    if (message.call === undefined) {
      return message.correct ? { correct: true } : { correct: false, reason: message.reason };
    }
    candidate.send(line);
    checker.send((await candidate.receive()) ?? JSON.stringify({ ended: await ended() }));
  }
  return asked ? undefined : null;
}
