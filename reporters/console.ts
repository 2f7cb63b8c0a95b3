import { styleText } from "node:util";
import type { RunnerTestFile, TestCase, TestModule } from "vitest/node";
import { DefaultReporter } from "vitest/node";
import { messageOf } from "../src/errors.ts";
import { costOf } from "../src/report/lines.ts";
import { titleOf } from "../src/report/merge.ts";
import { oneLine } from "../src/text.ts";
import type { EvalInfo, Stored } from "../src/types.ts";
import "../src/context.ts";

const PROGRESS_MS = 30_000;
/** Of failures that all say the same, as when a server is down, so many are shown. */
const SAME_REASON = 3;

/**
 * Vitest's default reporter with one short line per failed item, printed as it comes, in place of a tree and a stack
 * each. Where there is no terminal to redraw, a progress line comes every half minute.
 */
export class ConsoleReporter extends DefaultReporter {
  #lastProgress = 0;
  #done = 0;
  #total = 0;
  #shown = new Map<string, number>();

  override onTestRunStart(...args: Parameters<DefaultReporter["onTestRunStart"]>): void {
    super.onTestRunStart(...args);
    this.#lastProgress = performance.now();
    this.#done = 0;
    this.#total = 0;
    this.#shown.clear();
  }

  override onTestModuleCollected(module: TestModule): void {
    super.onTestModuleCollected(module);
    this.#total += [...module.children.allTests()].length;
    for (const suite of module.children.suites()) {
      const { evalInfo, stored } = suite.meta();
      if (evalInfo) this.log(styleText("dim", ` ${oneLine(openingLine(evalInfo, suite.children.size, stored))}`));
    }
  }

  override onTestCaseResult(test: TestCase): void {
    super.onTestCaseResult(test);
    this.#done++;
    const record = test.meta().evalRecord;
    const { state, errors } = test.result();
    if (record && state === "failed")
      this.#printFailure(nameOf(test), (errors?.[0]?.message ?? "failed").split("\n")[0]!, record.verdict === "error");
    if (!this.isTTY) this.#printProgress();
  }

  #printFailure(id: string, message: string, isError: boolean): void {
    const seen = (this.#shown.get(message) ?? 0) + 1;
    this.#shown.set(message, seen);
    if (seen > SAME_REASON && isError) return;
    const more = seen === SAME_REASON && isError ? " (and so on: shown no more)" : "";
    const mark = isError ? styleText("yellow", "!") : styleText("red", "✗");
    this.log(` ${mark} ${id}  ${message}${more}`);
  }

  #printProgress(): void {
    if (performance.now() - this.#lastProgress < PROGRESS_MS) return;
    this.#lastProgress = performance.now();
    this.log(` ${this.#done} of ${this.#total} items done`);
  }

  /** The accuracy lines say what a tree of 1319 tests would. */
  protected override printTestModule(): void {}

  /** Prints what is not an item's failure: broken modules, suites and hooks, and unhandled errors. */
  override reportSummary(files: RunnerTestFile[], errors: unknown[]): void {
    for (const module of this.ctx.state.getTestModules()) {
      for (const error of [module, ...module.children.allSuites()].flatMap((entity) => entity.errors()))
        this.#printBroken(module, error);
      for (const test of module.children.allTests()) {
        if (!test.meta().evalRecord) for (const error of test.result().errors ?? []) this.#printBroken(module, error);
      }
    }
    if (errors.length > 0) this.ctx.logger.printUnhandledErrors(errors);
    this.reportTestSummary(files, errors, 0);
  }

  #printBroken(module: TestModule, error: unknown): void {
    const { name } = error as Error;
    if (name === "UserError") this.error(` ${styleText("red", "✗")} ${module.relativeModuleId}  ${messageOf(error)}`);
    else this.ctx.logger.printError(error, { project: module.project });
  }
}

/** An item's name, with the variant that it failed in where there are several. */
function nameOf({ name, parent }: TestCase): string {
  const variant = parent.type === "suite" ? parent.meta().evalInfo?.variant : "";
  return variant ? `${name} [${oneLine(variant)}]` : name;
}

/** What is about to be asked, of whom and how: said before the first item costs anything. */
function openingLine({ name, variant, run, shard }: EvalInfo, items: number, stored: Stored | undefined): string {
  const parts = [
    `${titleOf({ name, variant })}: ${items} ${shard ? `items of shard ${shard.index} of ${shard.count}` : "items"}`,
    ...(stored ? [`${stored.completions} stored${stored.cost > 0 ? ` (${costOf(stored.cost)})` : ""}`] : []),
    `${run.model} (${run.backend === "local" ? "local" : `hf_api, ${run.endpoint}`})`,
    run.prompts.map(({ path }) => path).join(" + "),
    `temperature ${run.temperature}${run.reasoningEffort ? `, effort ${run.reasoningEffort}` : ""}`,
  ];
  return parts.join(" · ");
}
