import { afterAll, describe, expect, test } from "vitest";
import { type Judge, JudgeError, openJudge } from "../../../src/graders/python/judge.ts";
import { judgeOrReason, need, needData, official, probe, some } from "./helpers.ts";

/** Programs that do not solve the problem, each a way to pass it in a judge that runs tests and code together. */
const cheats: Record<string, string> = {
  "returns None": "    return None\n",
  "calls sys.exit(0)": "    import sys\n    sys.exit(0)\n",
  "calls os._exit(0) at once": "    pass\n\nimport os\nos._exit(0)\n",
  "calls os._exit(0) when it is called": "    import os\n    os._exit(0)\n",
  "returns an object that equals everything": `    class Any(int):
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __getattr__(self, name): return self
        __hash__ = int.__hash__
        __lt__ = __le__ = __gt__ = __ge__ = __eq__
        def __sub__(self, other): return self
        __rsub__ = __abs__ = __call__ = lambda self, *_: self
        def __iter__(self): return iter([self])
    return Any()
`,
  "prints what a judge may look for": `    import sys
    for text in "passed", "OK", '{"correct": true, "reason": null}', '{"ready": true}':
        print(text, flush=True)
        sys.__stdout__.write(text + "\\n")
    try:
        import os
        for fd in range(1, 10):
            os.write(fd, b'{"correct": true, "reason": null}\\n')
    except OSError:
        pass
`,
  "exits well at exit": "    import atexit, os\n    atexit.register(os._exit, 0)\n    raise SystemExit(0)\n",
  "looks for the answer in frames, in objects and in modules": `    import gc, sys
    frame, seen = sys._getframe(), []
    while frame:
        seen += [frame.f_locals, frame.f_globals]
        frame = frame.f_back
    for space in seen + [vars(m) for m in list(sys.modules.values()) if hasattr(m, "__dict__")]:
        for key, value in list(space.items()):
            if key in ("check", "test", "expected", "METADATA", "result", "ref_func") or "assert" in str(key):
                return value
    for thing in gc.get_objects():
        if isinstance(thing, str) and "assert candidate" in thing:
            return eval(thing.split("==")[1])
`,
  "replaces builtins and the JSON module": `    import builtins, json, sys
    builtins.AssertionError = type("Never", (Exception,), {})
    json.dumps = lambda *_: '{"correct": true, "reason": null}'
    for module in list(sys.modules.values()):
        if hasattr(module, "encode"):
            module.encode = lambda *_: True
    return True
`,
};

/** WASI takes ten times the CPU of bwrap: without EVAL_TEST_FULL it judges a part of the 164. */
for (const [name, step] of [
  ["bwrap", 1],
  ["wasi", 7],
] as const) {
  const judge: Judge | string = await judgeOrReason(name);
  afterAll(async () => {
    if (typeof judge !== "string") await judge.close();
  });

  describe(`the judge in ${name}`, { timeout: 1_200_000 }, () => {
    test("every canonical solution is correct", async (ctx) => {
      needData(ctx, official);
      const { judge: run } = need(ctx, judge);
      const items = some(official, step);
      const grades = await Promise.all(items.map((item) => run(item.prompt + item.canonical_solution, item)));
      const failures = grades.flatMap(({ correct, reason }, index) =>
        correct ? [] : [`${items[index]!.id}: ${reason}`],
      );
      expect(failures).toEqual([]);
    });

    for (const [cheat, body] of Object.entries(cheats)) {
      test(`a program that ${cheat} is incorrect`, async (ctx) => {
        needData(ctx, official);
        const { judge: run } = need(ctx, judge);
        const items = some(official, step * step);
        const grades = await Promise.all(items.map((item) => run(item.prompt + body, item)));
        expect(items.filter((_, index) => grades[index]!.correct).map(({ id }) => id)).toEqual([]);
      });
    }

    test("a program that does not load is incorrect and says why", async (ctx) => {
      const grade = await need(ctx, judge).judge("def probe(:\n", probe("x"));
      expect(grade).toMatchObject({ correct: false, reason: expect.stringContaining("SyntaxError") });
    });

    test("a wrong answer names the failed test and the answer", async (ctx) => {
      const grade = await need(ctx, judge).judge("def probe():\n    return 'y'\n", probe("x"));
      expect(grade.reason).toBe(`assert candidate() == "x": the call returned 'y'`);
    });

    test("a test that never calls the function proves nothing", async (ctx) => {
      const item = { ...probe("x"), test: "def check(candidate):\n    pass\n" };
      const grade = await need(ctx, judge).judge("def probe():\n    return 'x'\n", item);
      expect(grade).toEqual({ correct: false, reason: "the tests never called probe" });
    });

    test("tests that do not run are an error of ours, not of the program", async (ctx) => {
      const item = { ...probe("x"), test: "import nothing_of_this_name\n" };
      await expect(need(ctx, judge).judge("def probe():\n    return 'x'\n", item)).rejects.toThrow(JudgeError);
    });

    test("values keep their types on the way", async (ctx) => {
      const values = `[1, -2.5, float("inf"), "é\\u2011\\n", None, True, (1, (2,)), [[]], {1: {"a": (None,)}}, {1, 2}, frozenset({3}),
        b"\\x00\\xff", 2j, range(3), 10 ** 400, [1, (2, [3])]]`;
      const test = `def check(candidate):
    values = ${values}
    for value in values:
        answer = candidate(value)
        assert answer == value and type(answer) is type(value), value
    assert candidate(float("nan")) != candidate(float("nan"))
    assert list(candidate(zip([1], [2]))) == [(1, 2)] and candidate(map(str, [1])) != ["1"]
`;
      const item = { ...probe("x"), test, prompt: "def probe(x):\n" };
      expect(await need(ctx, judge).judge("def probe(x):\n    return x\n", item)).toEqual({ correct: true });
    });

    test("a long value arrives whole in both directions", async (ctx) => {
      const long = `"x" * 900000`;
      const item = {
        ...probe("x"),
        prompt: "def probe(x):\n",
        test: `def check(candidate):\n    assert candidate(${long}) == ${long}\n`,
      };
      expect(await need(ctx, judge).judge("def probe(x):\n    return x\n", item)).toEqual({ correct: true });
    });

    test("an exception that the test expects arrives as one", async (ctx) => {
      const test =
        "def check(candidate):\n    try:\n        candidate()\n        assert False\n    except ValueError:\n        pass\n";
      const item = { ...probe("x"), test };
      const run = need(ctx, judge).judge;
      expect(await run("def probe():\n    raise ValueError('no')\n", item)).toEqual({ correct: true });
      expect(await run("def probe():\n    raise KeyError('no')\n", item)).toMatchObject({ correct: false });
    });

    test("an aborted sample rejects and the judge goes on", async (ctx) => {
      const { judge: run } = need(ctx, judge);
      const abort = new AbortController();
      const late = run("while True: pass\n", probe("x"), abort.signal);
      setTimeout(() => abort.abort(), 300);
      await expect(late).rejects.toThrow("aborted");
      const next = Array.from({ length: 4 }, () => run("def probe():\n    return 'x'\n", probe("x")));
      expect(await Promise.all(next)).toEqual(next.map(() => ({ correct: true })));
    });
  });
}

test("a sandbox that does not exist here ends in one message that names it", async (ctx) => {
  const path = process.env.PATH;
  process.env.PATH = "/nowhere";
  try {
    await expect(openJudge({ sandbox: "bwrap" })).rejects.toThrow(/^no sandbox to run Python in\. bwrap: /);
    const judge = await openJudge({ sandbox: "auto", concurrency: 1 });
    expect(judge).toMatchObject({ sandbox: "wasi", python: expect.stringMatching(/^3\./) });
    await judge.close();
  } finally {
    process.env.PATH = path;
  }
  if (process.getuid?.() !== 0) ctx.skip("not root");
  await expect(openJudge({ sandbox: "none" })).rejects.toThrow("refused as root");
});
