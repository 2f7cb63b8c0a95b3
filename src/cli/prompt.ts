/** `npm run prompt -- gsm8k [--item gsm8k/7] [flags]`: the messages as they would be sent, one item; nothing is sent. */
import { styleText } from "node:util";
import { createVitest, type TestCase } from "vitest/node";
import { abort } from "../abort.ts";
import { messageOf } from "../errors.ts";
import { visible } from "../text.ts";
import "../context.ts";

const [evalName, ...rest] = process.argv.slice(2);
if (!evalName || evalName === "--help") {
  console.log(
    "Usage: npm run prompt -- EVAL [--item ID] [flags of the run, such as --prompt or --dataset]\n\nPrints the messages of an item (the first unless named) as they would be sent. Nothing is sent.",
  );
  process.exit(evalName ? 0 : 1);
}
const at = rest.indexOf("--item");
const id = at < 0 ? undefined : rest.splice(at, 2)[1];

// An endpoint that is never called: rendering needs no model, and so none is loaded.
const flags = ["--endpoint", "http://127.0.0.1/v1", ...rest];
const vitest = await createVitest("test", { watch: false, reporters: [{}], "--": flags } as never);
try {
  const { testModules } = await vitest.collect([`evals/${evalName}`], { staticParse: false });
  const errors = testModules.flatMap((module) =>
    [module, ...module.children.allSuites()].flatMap((entity) => entity.errors()),
  );
  if (errors[0]) abort(messageOf(errors[0]));
  const tests = testModules.flatMap((module) => [...module.children.allTests()]);
  const wanted = id ?? tests[0]?.meta().evalRecord?.id;
  const found = tests.filter((test) => test.meta().evalRecord?.id === wanted);
  if (found.length === 0)
    abort(id ? `the eval ${evalName} has no item "${id}".` : `there is no eval "${evalName}" in evals/.`);
  for (const test of found) print(test);
} finally {
  await vitest.close();
}

function print(test: TestCase): void {
  console.log(styleText("bold", visible(test.fullName)));
  for (const { role, content } of test.meta().evalRecord!.prompt)
    console.log(`${styleText("dim", `── ${role}`)}\n${visible(content)}`);
  console.log();
}
