import { describe, expect, test } from "vitest";
import { extractProgram } from "../../../src/graders/python/extract.ts";

const item = {
  id: "x/1",
  target: "",
  prompt: 'import math\n\ndef add(x, y):\n    """Adds."""\n',
  entry_point: "add",
  test: "",
};
const good = "def add(x, y):\n    return x + y";
const fence = (code: string, language = "python") => `\`\`\`${language}\n${code}\n\`\`\``;

/** The program without the prompt. */
const codeOf = (reply: string) =>
  extractProgram(reply, item)
    ?.program.slice(item.prompt.length)
    .replace(/^ {4}pass\n/, "")
    .trim();

describe("what is found", () => {
  const indented = (code: string, by: string) => code.replace(/^/gm, by);
  const replies: Record<string, string> = {
    "a fence": `Sure!\n\n${fence(good)}\nDone.`,
    "a fence marked py": fence(good, "py"),
    "a fence without a language": fence(good, ""),
    "a fence of tildes": `~~~python\n${good}\n~~~`,
    "an indented fence in a list": `1. Code:\n${indented(fence(good), "   ")}\n2. Don't forget it.`,
    "a fence that is never closed": `Here:\n\`\`\`python\n${good}\n`,
    "a closing fence without an opening one": `${good}\n\`\`\`\n\nIt isn't hard.`,
    "a closing fence at the end of a line": `\`\`\`python\n${good}\`\`\`\nDone.`,
    "a fence after one that was never closed": `\`\`\`python\ndef f(x):\n    return (x\n\n## Now\n${fence(good)}`,
    "the last of several fences that define the function": `${fence("def add(x, y):\n    return 0")}\nBetter:\n${fence(good)}`,
    "the fence with the function, before its usage": `${fence(good)}\n${fence(">>> add(1, 2)\n3", "")}\n${fence("print(add(1, 2))")}`,
    "the function rather than a later stub of it": `${fence(good)}\nIts signature:\n${fence("def add(x, y):\n    ...")}`,
    "plain code": good,
    "plain code between sentences": `Here's the (simple code:\n\n${good}\n\nIt doesn't (need more.\n`,
    "code that is indented as Markdown wants it": `The code:\n\n${indented(good, "    ")}\n\nThat's it.`,
    "an interpreter session": fence(">>> def add(x, y):\n...     return x + y\n...\n>>> add(1, 2)\n3", ""),
    "Windows line ends": fence(good).replaceAll("\n", "\r\n"),
    "the final channel of a leaked Harmony reply": `<|channel|>analysis<|message|>${fence("def add(x, y): return 1")}<|end|><|start|>assistant<|channel|>final<|message|>${fence(good)}<|return|>`,
    "what follows the thoughts": `<think>\n${fence("def add(x, y): return 1")}\n</think>\n${fence(good)}`,
    "code in HTML": `<pre><code>\n${good}\n</code></pre>`,
  };
  for (const [name, reply] of Object.entries(replies)) {
    test(name, () => {
      expect(codeOf(reply)).toBe(good);
      expect(extractProgram(reply, item)!.repairs).toEqual([]);
    });
  }

  test("a fence inside a docstring is no fence", () => {
    const code = "def add(x, y):\n    '''Like\n    ```\n    add(1, 2)\n    ```\n    '''\n    return x + y";
    expect(codeOf(fence(code))).toBe(code);
  });

  test("a function made by an assignment", () => {
    expect(codeOf(fence("add = lambda x, y: x + y\nprint(add(1, 2))"))).toBe("add = lambda x, y: x + y");
  });

  test.each([
    ["a method of a class", fence("class Solution:\n    def add(self, x, y):\n        return x + y")],
    ["another function", fence("def sub(x, y):\n    return x - y")],
    ["only thoughts", "<think>\ndef add(x, y): return x + y"],
    ["only the analysis channel", "<|channel|>analysis<|message|>def add(x, y): return x + y"],
    ["prose", "I can't do that, I'm sorry."],
    ["nothing", ""],
  ])("%s is no answer", (_, reply) => {
    expect(extractProgram(reply, item)).toBeUndefined();
  });
});

describe("a body without its header", () => {
  const body = "    z = x\n    for _ in range(y):\n        z += 1\n    return z";
  test.each([
    ["goes on where the prompt ends", body, []],
    ["may stand in a fence", fence(body), []],
    ["may follow a sentence", `Here's the body:\n\n${body}\n\nThat's all.`, []],
    ["may stand at the left margin", fence(body.replace(/^ {4}/gm, "")), ["body indented"]],
    ["may have lost its first indentation", body.trim(), ["body indented"]],
    ["may use tabs", body.replaceAll("    ", "\t"), ["body indented"]],
  ])("%s", (_, reply, repairs) => {
    expect(extractProgram(reply, item)).toMatchObject({ program: `${item.prompt}${body}\n`, repairs });
  });

  test("ends where the left margin is reached; helpers after it stay", () => {
    const rest = `\n\ndef twice(x):\n    return 2 * x\n\ndef add(x, y):\n    return 0\n\nprint(add(1, 2)\n"""`;
    expect(codeOf(`    return twice(x) - x + y${rest}`)).toBe(
      "return twice(x) - x + y\n\ndef twice(x):\n    return 2 * x",
    );
  });
});

describe("what stays and what goes", () => {
  test("usage, asserts, input and __main__ go", () => {
    const usage = `\n\nx = int(input())\nprint(add(x, 1))\nassert add(1, 2) == 4\nfor y in [1]:\n    add(y, y)\nif __name__ == "__main__":\n    import sys\n    sys.exit(0)`;
    expect(codeOf(fence(good + usage))).toBe(good);
  });

  test("imports and functions that nobody needs go, with what they would break", () => {
    const extra =
      "import numpy as np\nimport pytest\n\n@pytest.mark.slow\ndef test_add(x: np.ndarray):\n    assert add(x, x)\n\n";
    expect(codeOf(fence(extra + good))).toBe(good);
  });

  test("what the function needs stays: imports, constants, tables, decorators, helpers of helpers", () => {
    const code = `import sys
from functools import lru_cache
sys.setrecursionlimit(10**6)
LIMIT = 100
table = {}
for i in range(LIMIT):
    table[i] = i
table.update({1: 1})
def helper(n):
    return table.get(n, n)
@lru_cache(None)
def add(x, y):
    def inner(a, b=LIMIT):
        return f"{helper(a)}"
    return helper(x) + y
add = add`;
    expect(codeOf(fence(`${code}\nresult = add(1, 2)`))?.replaceAll("\n\n", "\n")).toBe(code);
  });

  test("a helper or import from another fence is taken, a builtin's name is not", () => {
    const other = "import heapq\n\ndef twice(x):\n    return 2 * x\n\ndef max(x):\n    return 0";
    const code = "def add(x, y):\n    heapq.heapify([])\n    return twice(max(x, x)) - x + y";
    expect(codeOf(`${fence(other)}\n${fence(code)}`)).toBe(
      `import heapq\n\ndef twice(x):\n    return 2 * x\n\n${code}`,
    );
  });

  test("from __future__ comes before the prompt", () => {
    const { program } = extractProgram(fence(`from __future__ import annotations\n${good}`), item)!;
    expect(program.startsWith(`from __future__ import annotations\n${item.prompt}`)).toBe(true);
  });
});

describe("repairs", () => {
  test("an unfinished last statement is cut off", () => {
    const repairs = ["unfinished statement cut off"];
    expect(extractProgram(fence(`${good}\n\ndef other(a):\n    return (a +`), item)).toMatchObject({ repairs });
    expect(codeOf(`\`\`\`python\n${good}\n    print("and`)).toBe(good);
  });

  test("odd spaces in front of code become plain ones", () => {
    const reply = fence(good.replaceAll("    ", "\u00A0\u00A0\u00A0\u00A0"));
    expect(codeOf(reply)).toBe(good);
    expect(extractProgram(reply, item)!.repairs).toEqual(["odd spaces replaced"]);
  });

  test("wrong code is not made right", () => {
    const wrong = "def add(x, y)\n    return x + + y)";
    expect(codeOf(fence(`${wrong}\n`))).not.toContain("def add(x, y):");
  });
});
