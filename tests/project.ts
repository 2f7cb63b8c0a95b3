import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { type Report, reportSchema } from "../src/report/schema.ts";

const repository = join(import.meta.dirname, "..");
export const demoModel = join(repository, "models", "demo.gguf");

/** The import lines that an eval of a fixture project needs. */
export const imports = ["eval", "formats", "graders/checks", "graders/number"]
  .map(
    (module) =>
      `import * as ${module.replace(/^.*\//, "")}_ from ${JSON.stringify(join(repository, "src", `${module}.ts`))};`,
  )
  .concat(
    "const { describeEval } = eval_, { textChecks, officialGsm8k } = formats_, { textChecksGrader } = checks_, { numberGrader } = number_;",
  )
  .join("\n");

/** An eval of arithmetic rows, `rows` of them, each answered right by its own number. */
export function additionEval(name: string, rows: number): Record<string, string> {
  const lines = Array.from({ length: rows }, (_, n) =>
    JSON.stringify({ id: `${name}/${n}`, question: `What is ${n} + 0?`, number: n }),
  );
  return {
    [`datasets/${name}.jsonl`]: lines.join("\n"),
    [`evals/${name}.eval.ts`]: `${imports}
describeEval("${name}", {
  dataset: textChecks("datasets/${name}.jsonl"),
  prompt: { user: "question" },
  grader: textChecksGrader,
  gate: { minAccuracy: 0.8 },
});`,
  };
}

/** A project of its own in a temporary folder, with the real plugin: `run` starts a real Vitest in it. */
export function createProject(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), "evals-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const config = `import { evals } from ${JSON.stringify(join(repository, "src", "plugin.ts"))};
export default { plugins: [evals()], test: { include: ["evals/**/*.eval.ts"] } };`;
  const basics = {
    "vitest.config.ts": config,
    "package.json": '{ "type": "module" }',
    "prompts/system_v1.txt": "Be brief.",
    "prompts/question.txt": "{{ question }}",
  };
  for (const [path, text] of Object.entries({ ...basics, ...files })) write(path, text);
  return {
    root,
    write,
    run: (args: readonly string[], env: Record<string, string> = {}) => startVitest(root, ["run", ...args], env),
    watch: (args: readonly string[], env: Record<string, string> = {}) => startVitest(root, ["--watch", ...args], env),
    report: (path = "reports/accuracy.json"): Report =>
      reportSchema.parse(JSON.parse(readFileSync(join(root, path), "utf8"))),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The environment without the settings of whoever runs the tests. */
function startVitest(root: string, args: readonly string[], env: Record<string, string>) {
  const { PATH = "", HOME = "" } = process.env;
  return execa(process.execPath, [join(repository, "node_modules", "vitest", "vitest.mjs"), ...args], {
    cwd: root,
    env: { PATH, HOME, NO_COLOR: "1", CI: "1", ...env },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
  });
}
