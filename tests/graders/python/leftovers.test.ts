import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { openJudge } from "../../../src/graders/python/judge.ts";
import { judgeOrReason, need, probe } from "./helpers.ts";

/** Parent of each running process; a dead one that waits to be reaped is not running. */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [state, parent] = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      if (state !== "Z") found.set(Number(name), Number(parent));
    } catch {} // It ended meanwhile.
  }
  return found;
}

function descendants(root: number): number[] {
  const all = parents();
  const below = (pid: number): number[] =>
    [...all].filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)]);
  return below(root);
}

/** Those of `pids` that still run when they had time to end. */
async function survivors(pids: readonly number[]): Promise<number[]> {
  let left: number[] = [];
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const running = parents();
    left = pids.filter((pid) => running.has(pid));
    if (left.length === 0) return [];
    await sleep(100);
  }
  return left;
}

const folders = () => readdirSync(tmpdir()).filter((name) => !/^(?:bash_jobs|vitest|node-|v8-)/.test(name));

for (const name of ["bwrap", "wasi"] as const) {
  const proof = await judgeOrReason(name);
  if (typeof proof !== "string") await proof.close();

  describe(name, { timeout: 120_000 }, () => {
    test("no process is left when a judge is closed", async (ctx) => {
      need(ctx, proof);
      if (!existsSync("/proc/self/stat")) ctx.skip("there is no /proc here");
      const before = descendants(process.pid);
      const judge = await openJudge({ sandbox: name, concurrency: 2 });
      await judge.judge("def probe(): return 'x'\n", probe("x"));
      const ours = descendants(process.pid).filter((pid) => !before.includes(pid));
      expect(ours.length).toBeGreaterThan(0);
      await judge.close();
      expect(await survivors(ours)).toEqual([]);
    });

    for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
      test(`no process and no folder is left after ${signal} in the middle of a sample`, async (ctx) => {
        need(ctx, proof);
        if (!existsSync("/proc/self/stat")) ctx.skip("there is no /proc here");
        const before = folders();
        const run = execa(process.execPath, [join(import.meta.dirname, "endless.ts"), name], { reject: false });
        await once(run.stdout, "data");
        await sleep(500);
        const ours = descendants(run.pid!);
        expect(ours.length).toBeGreaterThan(1);
        process.kill(run.pid!, signal);
        await run;
        expect(await survivors(ours)).toEqual([]);
        expect(folders().filter((folder) => !before.includes(folder) && /humaneval|python|bwrap/.test(folder))).toEqual(
          [],
        );
      });
    }
  });
}
