import type { Grade } from "../../types.ts";
import type { PythonItem } from "./item.ts";
import { defaultConcurrency, type Sandbox, type SandboxName, sandboxes } from "./sandbox.ts";
import { boot, converse, JudgeError, type Side } from "./session.ts";

export type { PythonItem } from "./item.ts";
export { JudgeError } from "./session.ts";

/** Runs programs against an item's tests. `python` is the version that runs them. */
export interface Judge {
  readonly sandbox: SandboxName;
  readonly python: string;
  judge(program: string, item: PythonItem, signal?: AbortSignal): Promise<Grade>;
  close(): Promise<void>;
}

/** A checker serves sample after sample; a candidate serves one and is booted ahead of it. */
interface Slot {
  checker?: Promise<Side> | undefined;
  candidate?: Promise<Side> | undefined;
}

/** Judges in one sandbox, without a proof that it works: for tests; else use `openJudge`. */
export async function startJudge(sandbox: Sandbox, concurrency = defaultConcurrency): Promise<Judge> {
  const { limits } = sandbox;
  const free: Slot[] = Array.from({ length: Math.max(1, concurrency) }, () => ({}));
  const all = [...free];
  const waiting: ((slot: Slot) => void)[] = [];
  let closed = false;

  const prepare = (slot: Slot): Promise<[Side, Side]> => {
    slot.checker ??= boot(sandbox, "checker", limits);
    slot.candidate ??= boot(sandbox, "candidate", limits);
    // Whoever awaits them gets the error; nobody may before the next sample.
    slot.checker.catch(() => {});
    slot.candidate.catch(() => {});
    return Promise.all([slot.checker, slot.candidate]);
  };
  const end = async (side: Promise<Side> | undefined): Promise<void> => {
    await side?.then(({ process }) => process.kill()).catch(() => {});
  };

  const judgeIn = async (slot: Slot, program: string, item: PythonItem, signal?: AbortSignal): Promise<Grade> => {
    let late = false;
    let stopped = false;
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      stopped = true;
      void Promise.all([end(slot.checker), end(slot.candidate)]);
    };
    signal?.addEventListener("abort", stop);
    try {
      let sides = await prepare(slot);
      if (!sides.every(({ process }) => process.alive)) {
        // One ended while it waited: not the fault of a program that it never saw.
        await Promise.all([end(slot.checker), end(slot.candidate)]);
        slot.checker = slot.candidate = undefined;
        sides = await prepare(slot);
      }
      const [checker, candidate] = sides;
      signal?.throwIfAborted();
      timer = setTimeout(() => {
        late = true;
        stop();
      }, limits.wallSeconds * 1000);
      const grade = await converse(checker.process, candidate.process, program, item);
      signal?.throwIfAborted();
      if (late) return { correct: false, reason: `it ran longer than ${limits.wallSeconds} s` };
      if (grade) return grade;
      if (grade === null) throw new JudgeError(`the checker ended (${await checker.process.ending()})`);
      return { correct: false, reason: `its answers ended the checker (${await checker.process.ending()})` };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      await end(slot.candidate);
      slot.candidate = undefined;
      // A checker that is being killed may still seem alive; the next sample must not get it.
      const usable = !stopped && (await slot.checker?.then(({ process }) => process.alive).catch(() => false));
      if (!usable) {
        await end(slot.checker);
        slot.checker = undefined;
      }
      if (!closed) void prepare(slot).catch(() => {});
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    await Promise.all(all.flatMap((slot) => [end(slot.checker), end(slot.candidate)]));
  };
  // The last one is the first to be taken.
  const [first] = await prepare(free.at(-1)!).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    sandbox: sandbox.name,
    python: first.python,
    async judge(program, item, signal) {
      const slot = free.pop() ?? (await new Promise<Slot>((resolve) => waiting.push(resolve)));
      try {
        signal?.throwIfAborted();
        if (closed) throw new JudgeError("the judge is closed");
        return await judgeIn(slot, program, item, signal);
      } finally {
        const next = waiting.shift();
        if (next) next(slot);
        else free.push(slot);
      }
    },
    close,
  };
}

const trial: PythonItem = {
  id: "trial",
  target: "",
  prompt: "def double(x):\n",
  entry_point: "double",
  test: "def check(candidate):\n    assert candidate(21) == 42\n",
};

/** A known-good and a known-bad program must get the right verdict. */
async function prove(judge: Judge): Promise<void> {
  const [good, bad] = await Promise.all([
    judge.judge("import hashlib, typing\n\ndef double(x):\n    return 2 * x\n", trial),
    judge.judge("def double(x):\n    return x + 2\n", trial),
  ]);
  if (good.correct && !bad.correct) return;
  throw new JudgeError(`a right program is judged ${good.correct} and a wrong one ${bad.correct} (${good.reason})`);
}

/**
 * Chooses and proves the sandbox: `auto` is bwrap where it works, else wasi, and never none.
 * Throws a JudgeError that names every sandbox tried and what is wrong with it.
 */
export async function openJudge(options: {
  readonly sandbox: "auto" | SandboxName;
  readonly concurrency?: number;
}): Promise<Judge> {
  const names: readonly SandboxName[] = options.sandbox === "auto" ? ["bwrap", "wasi"] : [options.sandbox];
  const failures: string[] = [];
  for (const name of names) {
    let judge: Judge | undefined;
    try {
      judge = await startJudge(await sandboxes[name](), options.concurrency);
      await prove(judge);
      return judge;
    } catch (error) {
      await judge?.close();
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new JudgeError(`no sandbox to run Python in. ${failures.join("; ")}`);
}
