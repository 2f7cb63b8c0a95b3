/** Judges endless programs in the sandbox named on the command line, until somebody ends this process. */
import { openJudge } from "../../../src/graders/python/judge.ts";
import type { SandboxName } from "../../../src/graders/python/sandbox.ts";

const judge = await openJudge({ sandbox: process.argv[2] as SandboxName, concurrency: 2 });
const item = { id: "endless", target: "", prompt: "def f():\n", entry_point: "f", test: "def check(c): c()\n" };
const running = [judge.judge("while True: pass\n", item), judge.judge("import time\ntime.sleep(1000)\n", item)];
console.log("running");
await Promise.all(running);
