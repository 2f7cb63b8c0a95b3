import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Judge, startJudge } from "../../../src/graders/python/judge.ts";
import { sandboxes } from "../../../src/graders/python/sandbox.ts";
import { judgeOrReason, need, probe } from "./helpers.ts";

/** An attack is stopped when its own `except` clause is reached: the function then answers "stopped". */
const stopped = probe("stopped");

/** Runs `attempts` one by one; each must raise. */
const eachRaises = (attempts: string[], imports = "import os") =>
  `${imports}\ndef probe():\n${attempts
    .map(
      (attempt) =>
        `    try:\n        ${attempt}\n        return ${JSON.stringify(attempt)}\n    except Exception: pass\n`,
    )
    .join("")}    return "stopped"\n`;

for (const name of ["bwrap", "wasi"] as const) {
  const judge = await judgeOrReason(name);
  // Low limits, so that the attacks that only a limit ends do not take long; the others must not meet them on a busy machine.
  let shortOfCpu: Judge | string = judge;
  let hasty: Judge | string = judge;
  const folders = [tmpdir(), homedir()].map((parent) => mkdtempSync(join(parent, ".humaneval-attack-")));
  const secrets = folders.map((folder) => join(folder, "secret.txt"));

  beforeAll(async () => {
    for (const secret of secrets) writeFileSync(secret, "s3cret");
    process.env.HUMANEVAL_SECRET = "s3cret";
    if (typeof judge === "string") return;
    const sandbox = await sandboxes[name]();
    const cpuSeconds = name === "wasi" ? 5 : 2;
    shortOfCpu = await startJudge({ ...sandbox, limits: { ...sandbox.limits, cpuSeconds } }, 2);
    hasty = await startJudge({ ...sandbox, limits: { ...sandbox.limits, wallSeconds: 2 } }, 1);
  }, 120_000);
  afterAll(async () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    for (const open of [judge, shortOfCpu, hasty]) if (typeof open !== "string") await open.close();
  });

  describe(`in ${name}`, { timeout: 240_000 }, () => {
    test("an endless loop is stopped, on loading and in a call", async (ctx) => {
      const { judge: run } = need(ctx, shortOfCpu);
      const grades = await Promise.all(
        ["while True: pass\n", "def probe():\n    while True: pass\n"].map((program) => run(program, stopped)),
      );
      for (const grade of grades)
        expect(grade).toMatchObject({ correct: false, reason: expect.stringMatching(/limit/) });
    });

    test("a sleeping program is stopped", async (ctx) => {
      const grade = await need(ctx, hasty).judge("import time\ntime.sleep(1000)\n", stopped);
      expect(grade).toEqual({ correct: false, reason: "it ran longer than 2 s" });
    });

    test("4 GB of memory cannot be had, neither at once nor bit by bit", async (ctx) => {
      const program = `def probe():
    try:
        bytearray(4 * 2 ** 30)
        return "4 GB at once"
    except (MemoryError, OverflowError):
        pass
    blocks = []
    try:
        while len(blocks) < 64:
            blocks.append(bytearray(64 * 2 ** 20))
    except MemoryError:
        blocks.clear()
        return "stopped"
    return "4 GB bit by bit"
`;
      expect(await need(ctx, judge).judge(program, stopped)).toEqual({ correct: true });
    });

    test("no other process and no thread can be started", async (ctx) => {
      // Each child would end by itself: should a sandbox fail here, the machine lives.
      const program = `import os, sys
def probe():
    started = 0
    for _ in range(50):
        try:
            if os.fork() == 0:
                os._exit(0)
            started += 1
        except (OSError, AttributeError):
            pass
    for attempt in "import subprocess; subprocess.run([sys.executable, '-c', '0'])", "import threading; threading.Thread(target=print).start()", "os.posix_spawn(sys.executable, [sys.executable], {})":
        try:
            exec(attempt)
            started += 1
        except Exception:
            pass
    return "stopped" if started == 0 else f"{started} started"
`;
      expect(await need(ctx, judge).judge(program, stopped)).toEqual({ correct: true });
    });

    test("1 GB of output reaches nobody", async (ctx) => {
      const { judge: run } = need(ctx, judge);
      const printed = "def probe():\n    for _ in range(1024): print('x' * 2 ** 20)\n    return 'stopped'\n";
      expect((await run(printed, stopped)).correct).toBe(true);
      const flood = `import os
def probe():
    for _ in range(1024):
        for fd in range(1, 10):
            try: os.write(fd, b"x" * 2 ** 20)
            except OSError: pass
`;
      expect(await need(ctx, hasty).judge(flood, stopped)).toMatchObject({ correct: false });
      expect((await run("def probe(): return 'x' * 2 ** 24\n", stopped)).reason).toContain("a line of more than");
      expect(await run("def probe(): return 'stopped'\n", stopped)).toEqual({ correct: true });
    });

    test("an answer that is too deep, too long or no JSON is incorrect and does not end the judge", async (ctx) => {
      const { judge: run } = need(ctx, judge);
      for (const line of [
        `"[" * 900000`,
        `'{"call": 1, "value": {"list": 5}}'`,
        `"[" * 5000 + "]" * 5000`,
        `"\\xff\\r{"`,
      ]) {
        const program = `import sys
def probe():
    frame = sys._getframe(1)
    frame.f_globals["json"].dumps = lambda *_: ${line}
`;
        expect(await run(program, stopped)).toMatchObject({ correct: false });
      }
      expect(await run("def probe(): return 'stopped'\n", stopped)).toEqual({ correct: true });
    });

    test("files of the home folder and of the machine cannot be read", async (ctx) => {
      const paths = [
        ...secrets,
        import.meta.filename,
        "/etc/passwd",
        "/etc/shadow",
        "/proc/self/environ",
        "/proc/1/cmdline",
      ];
      const program = eachRaises(paths.map((path) => `open(${JSON.stringify(path)}).read()`));
      expect(await need(ctx, judge).judge(program, stopped)).toEqual({ correct: true });
    });

    test("the environment holds nothing of ours", async (ctx) => {
      const program = `import os
def probe():
    return "stopped" if set(os.environ) <= {"PYTHONHASHSEED", "PWD", "LC_CTYPE"} else str(dict(os.environ))
`;
      expect(await need(ctx, judge).judge(program, stopped)).toEqual({ correct: true });
    });

    test("nothing can be written or deleted outside", async (ctx) => {
      const attempts = [...folders, "/", "/tmp", "/usr", "/dev"].map(
        (folder) => `open(${JSON.stringify(`${folder}/new`)}, "w").write("x")`,
      );
      attempts.push(
        ...secrets.flatMap((path) => [`os.remove(${JSON.stringify(path)})`, `open(${JSON.stringify(path)}, "w")`]),
      );
      attempts.push("os.remove(os.__file__)", "os.mkdir('/x')");
      expect(await need(ctx, judge).judge(eachRaises(attempts), stopped)).toEqual({ correct: true });
      expect(secrets.map((path) => readFileSync(path, "utf8"))).toEqual(["s3cret", "s3cret"]);
      expect(folders.some((folder) => existsSync(join(folder, "new")))).toBe(false);
    });

    test("a listener on this machine cannot be reached", async (ctx) => {
      const { judge: run } = need(ctx, judge);
      let reached = 0;
      const server = createServer(() => {
        reached += 1;
      });
      const port = await new Promise<number>((resolve) =>
        server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
      );
      const program = eachRaises(
        [`socket.create_connection(("127.0.0.1", ${port}), 2)`, `socket.create_connection(("1.1.1.1", 53), 2)`],
        "import os\ntry: import socket\nexcept ImportError: pass",
      );
      const grade = await run(program, stopped);
      server.close();
      expect(grade).toEqual({ correct: true });
      expect(reached).toBe(0);
    });

    test("nobody outside can be killed", async (ctx) => {
      // kill(-1) only where a low process id shows that the program is in a namespace of its own.
      const program = `import os, signal
def probe():
    for pid in [os.getppid() if hasattr(os, "getppid") else 1, 1, ${process.pid}, ${process.ppid}] + ([-1] if os.getpid() < 10 else []):
        try: os.kill(pid, signal.SIGKILL)
        except Exception: pass
    return "stopped"
`;
      const { judge: run } = need(ctx, judge);
      expect(await run(program, stopped)).toEqual({ correct: true });
      expect(await run("def probe(): return 'stopped'\n", stopped)).toEqual({ correct: true });
    });

    test("root and the limits cannot be had back", async (ctx) => {
      const attempts = ["os.setuid(0)", "os.chroot('/')", "os.unshare(0x10000000)"];
      for (const limit of ["CPU", "AS", "NPROC"])
        attempts.push(`resource.setrlimit(resource.RLIMIT_${limit}, (2 ** 40, 2 ** 40))`);
      const program = eachRaises(attempts, "import os\ntry: import resource\nexcept ImportError: pass");
      expect(await need(ctx, judge).judge(program, stopped)).toEqual({ correct: true });
    });
  });
}
