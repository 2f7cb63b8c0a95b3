import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa, execaNode } from "execa";

export interface Cost {
  readonly wallMs: number;
  /** User and system time of the process and all that it started. */
  readonly cpuMs: number;
  /** The most memory that all of them held at once, in MiB (resident, as Linux counts it). */
  readonly peakMib: number;
  readonly exitCode: number | undefined;
  readonly output: string;
}

const SAMPLE_MS = 50;
const TICK_MS = 10;

/** Runs a command and measures it with everything it starts, from /proc: Linux only. */
export async function measure(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Cost> {
  const start = performance.now();
  const subprocess = execa(command, args, { ...options, reject: false, all: true, stdin: "ignore", maxBuffer: 1e8 });
  const cpu = new Map<number, number>();
  let peakMib = 0;
  const timer = setInterval(() => {
    const tree = processTree(subprocess.pid!);
    for (const { pid, cpuMs } of tree) cpu.set(pid, cpuMs);
    peakMib = Math.max(
      peakMib,
      tree.reduce((total, { mib }) => total + mib, 0),
    );
  }, SAMPLE_MS);
  const { exitCode, all } = await subprocess;
  clearInterval(timer);
  const cpuMs = [...cpu.values()].reduce((total, ms) => total + ms, 0);
  return { wallMs: performance.now() - start, cpuMs, peakMib, exitCode, output: String(all) };
}

/** A process and all below it. Only its own entries are read, so that measuring costs next to nothing. https://man7.org/linux/man-pages/man5/proc.5.html */
function processTree(pid: number): { pid: number; cpuMs: number; mib: number }[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const own = { pid, cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, mib: Number(fields[21]) / 256 };
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ").filter(Boolean),
    );
    return [own, ...children.flatMap((child) => processTree(Number(child)))];
  } catch {
    // It has ended in between.
    return [];
  }
}

/** Runs bench/server.ts, a process of its own, while `use` is busy with its URL. */
export async function withServer<T>(args: readonly string[], use: (url: string) => Promise<T>): Promise<T> {
  const server = execaNode(join(import.meta.dirname, "server.ts"), args, { ipc: true, reject: false, buffer: false });
  try {
    return await use(String(await server.getOneMessage()));
  } finally {
    server.kill();
  }
}
