/** Runs CPython compiled to WASI, without files, environment or network: node … wasi-runner.mjs <python.wasm> <CPU seconds or 0> <Python's arguments>. */
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";
import { Worker } from "node:worker_threads";

const [wasm, cpuSeconds, ...args] = process.argv.slice(2);

// Python keeps this thread busy, so another one watches: WASI has no rlimits, and nothing else would notice a dead parent.
const watch = `
  const { ppid } = process;
  const limit = ${Number(cpuSeconds)} * 1e6;
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((limit > 0 && user + system > limit) || process.ppid !== ppid) process.kill(process.pid, "SIGKILL");
  }, 100);
`;
// Streams of its own: a worker that shares ours makes them non-blocking, and Python's long lines would be cut.
new Worker(watch, { eval: true, stdout: true, stderr: true }).unref();

const wasi = new WASI({
  version: "preview1",
  args: ["python", ...args],
  env: { PYTHONHASHSEED: "0" },
  preopens: {},
  returnOnExit: true,
});
const module = new WebAssembly.Module(readFileSync(wasm));
process.exit(wasi.start(new WebAssembly.Instance(module, wasi.getImportObject())));
