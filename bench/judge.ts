/**
 * Wall and CPU time of judging the 164 canonical solutions of HumanEval, per sandbox, beside the floor: a fresh
 * `python3 -I -S` for each sample that runs solution and tests with nothing around them.
 *
 *   node bench/judge.ts [concurrency]      (reads ../shared/data/humaneval/HumanEval.jsonl)
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { openJudge, type PythonItem } from "../src/graders/python/judge.ts";

interface Row extends PythonItem {
  readonly task_id: string;
  readonly canonical_solution: string;
}

const file = join(import.meta.dirname, "../../shared/data/humaneval/HumanEval.jsonl");
const rows = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => ({ ...(JSON.parse(line) as Row), target: "" }))
  .map((row) => ({ ...row, id: row.task_id }));
const concurrency = Number(process.argv[2] ?? 2);

/** CPU seconds of this machine so far: children are not ours to ask, and others may run beside us. */
function machineSeconds(): number {
  const [, user, nice, system] = readFileSync("/proc/stat", "utf8").split(/\s+/);
  return (Number(user) + Number(nice) + Number(system)) / 100;
}

async function measure(name: string, run: (row: Row) => Promise<boolean>): Promise<void> {
  const [wall, cpu] = [performance.now(), machineSeconds()];
  const queue = rows.slice();
  let correct = 0;
  const worker = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) if (await run(row)) correct += 1;
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - wall) / 1000;
  const each = (value: number) => `${((value / rows.length) * 1000).toFixed(0).padStart(4)} ms`;
  console.log(
    `${name.padEnd(22)} ${correct}/${rows.length} correct  ${seconds.toFixed(1).padStart(5)} s  ` +
      `${each(seconds * concurrency)} a sample  ${each(machineSeconds() - cpu)} CPU of the machine`,
  );
}

const { stdout: python } = await execa("python3", ["-I", "-S", "-c", "import sys; print(sys.executable)"]);
await measure("python3 -I -S, bare", async (row) => {
  const program = `${row.prompt}${row.canonical_solution}\n${row.test}\ncheck(${row.entry_point})\n`;
  return (await execa(python, ["-I", "-S", "-"], { input: program, reject: false })).exitCode === 0;
});
for (const sandbox of ["bwrap", "wasi", "none"] as const) {
  try {
    const judge = await openJudge({ sandbox, concurrency });
    await measure(`${sandbox}, Python ${judge.python}`, async (row) => {
      const grade = await judge.judge(row.prompt + row.canonical_solution, row);
      return grade.correct;
    });
    await judge.close();
  } catch (error) {
    console.log(`${sandbox}: ${(error as Error).message}`);
  }
}
