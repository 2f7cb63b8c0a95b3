import { appendFileSync, existsSync } from "node:fs";
import { join, relative } from "node:path";
import { styleText } from "node:util";
import type { Reporter, SerializedError, TestModule, TestSpecification, TestSuite, Vitest } from "vitest/node";
import { abort } from "../src/abort.ts";
import { messageOf } from "../src/errors.ts";
import { buildReport, type EvalRun } from "../src/report/build.ts";
import { compareEvals, comparisonLines } from "../src/report/compare.ts";
import { readDatedReports, readReport, writeDatedReports, writeReport, writeWhole } from "../src/report/files.ts";
import { counterpart } from "../src/report/flips.ts";
import { exitCode } from "../src/report/gate.ts";
import { closingLines, exitLine } from "../src/report/lines.ts";
import { toMarkdown } from "../src/report/markdown.ts";
import { type Merged, mergeShards } from "../src/report/merge.ts";
import type { EvalReport, Report } from "../src/report/schema.ts";
import { variantTable } from "../src/report/table.ts";
import type { Settings } from "../src/settings.ts";
import { visible } from "../src/text.ts";
import { commandWithCache, quoted, wayToLookInto } from "./advice.ts";
import "../src/context.ts";

export interface AccuracyReporterOptions {
  readonly settings: Pick<Settings, "dataset" | "markdown" | "out" | "root">;
  readonly baseline: Report | undefined;
  /** Where the plugin looks up which modules a changed file runs again. */
  readonly readers: Map<string, Set<string>>;
  /** Why the local model's process ended, if it did. */
  readonly localModelEnded: () => string | undefined;
}

/** Writes the accuracy JSON, prints the closing lines and sets the exit code. The contract is in README.md, "The report". */
export class AccuracyReporter implements Reporter {
  readonly #options: AccuracyReporterOptions;
  #vitest!: Vitest;
  #start = 0;
  #interrupted = false;
  /** --bail cancels a run too, but that is no interruption: what it left out is counted as not run. */
  readonly #onCancel: Parameters<Vitest["onCancel"]>[0] = (reason) => {
    this.#interrupted ||= reason !== "test-failure";
  };
  /** In watch mode, the last result of each eval and variant in this session: what the next one is compared with. */
  #session = new Map<string, EvalReport>();
  #startedAt = new Date();

  constructor(options: AccuracyReporterOptions) {
    this.#options = options;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#interrupted = false;
    this.#start = performance.now();
    this.#startedAt = new Date();
    const { dataset } = this.#options.settings;
    if (dataset && specifications.length !== 1) {
      abort(
        `--dataset ${dataset} needs exactly one eval, but ${specifications.length} would run: name one, as in vitest run evals/gsm8k.`,
      );
    }
  }

  /** Not earlier: Vitest forgets who listens when a run begins. */
  onTestModuleQueued(): void {
    this.#vitest.onCancel(this.#onCancel);
  }

  /** Also of a module that could not be collected: mending what it reads runs it again. */
  onTestModuleEnd(module: TestModule): void {
    const { readers } = this.#options;
    for (const file of module.meta().reads ?? []) {
      readers.set(file, (readers.get(file) ?? new Set()).add(module.moduleId));
      // A dataset may lie outside of the project, where nothing is watched.
      if (this.#vitest.config.watch) this.#vitest.vite.watcher.add(file);
    }
  }

  async onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): Promise<void> {
    const { runs, problems } = this.#runsOf(modules);
    const times = { startedAt: this.#startedAt.toISOString(), elapsedMs: Math.round(performance.now() - this.#start) };
    const report = buildReport(runs, times, this.#options.baseline);
    const { watch, shard } = this.#vitest.config;
    const filtered = isFiltered(this.#vitest);
    const gateApplies = !filtered && !shard;
    const broken = [...problems, ...this.#whatBroke(modules, errors)];
    const showFlags = await this.#write(report, filtered, broken);
    for (const one of report.evals) {
      this.#print(closingLines(one, gateApplies ? null : whyNoGate(this.#vitest)));
      this.#print(this.#comparison(one).map((line) => `  ${line}`));
    }
    for (const variants of Map.groupBy(report.evals, ({ name }) => name).values()) this.#print(variantTable(variants));
    this.#print(wayToLookInto(report, showFlags));
    if (report.evals.some(({ skipped }) => skipped > 0))
      this.#print([`to ask for what is missing: ${commandWithCache()}`]);
    this.#print(broken, `${styleText("red", "broken (exit 1):")} `);
    if (watch) return;
    if (gateApplies) this.#print(exitLine(report.evals, broken));
    // What is neither judged nor broken keeps Vitest's own code; a shard's wrong answers are for the merge to judge.
    if (broken.length > 0) process.exitCode = 1;
    else if (gateApplies) process.exitCode = exitCode(report.evals.map(({ gate }) => gate.outcome));
    else if (shard) process.exitCode = 0;
  }

  /** In a shard, its own part; in a merge, the parts put together. */
  #runsOf(modules: readonly TestModule[]): Merged {
    const runs = modules.flatMap((module) => [...module.children.allSuites()].flatMap(toEvalRun));
    return this.#vitest.config.shard ? { runs, problems: [] } : mergeShards(runs);
  }

  /** What changed against the baseline or, in watch mode, against the last run of the session. */
  #comparison(one: EvalReport): string[] {
    const key = JSON.stringify([one.name, one.variant]);
    const before = this.#options.baseline ? counterpart(this.#options.baseline, one) : this.#session.get(key);
    this.#session.set(key, one);
    return before ? comparisonLines(compareEvals(before, one)) : [];
  }

  /** What makes a run's number void: anything that failed and is not an item's own verdict. */
  #whatBroke(modules: readonly TestModule[], errors: readonly SerializedError[]): string[] {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const stopped = tests.map((test) => test.meta().runStopped).find(Boolean);
    const ended = this.#options.localModelEnded();
    const brokenModules = modules.filter((module) =>
      [module, ...module.children.allSuites()].some((entity) => entity.errors().length > 0),
    );
    const otherFailures = tests.filter((test) => test.result().state === "failed" && !test.meta().evalRecord);
    return [
      ...(this.#interrupted ? ["the run was interrupted"] : []),
      ...(stopped ? [`the run was stopped: ${stopped}`] : []),
      ...(ended ? [`the local model's process ${ended}`] : []),
      ...errors.map((error) => `unhandled error: ${[error, error.cause].filter(Boolean).map(messageOf).join(" ")}`),
      ...brokenModules.map((module) => `${module.relativeModuleId} could not be run`),
      ...otherFailures.map((test) => `${test.fullName} failed`),
    ];
  }

  /** Writes the files; what goes wrong with that is broken, too. Gives, per eval, the flags with which `show` finds it. */
  async #write(report: Report, filtered: boolean, broken: string[]): Promise<string[]> {
    const { root, out, markdown } = this.#options.settings;
    const { watch, shard } = this.#vitest.config;
    // A shard's part of a run is in its blob; the merge writes the report.
    if (report.evals.length === 0 || shard) return [];
    const folder = join(root, "reports");
    const latest = join(folder, "accuracy.json");
    try {
      const whole = watch ? withEarlier(report, latest) : report;
      // Before this run's own are among them.
      const earlier = filtered || watch ? [] : datedReports(folder, report);
      const written = [...(filtered ? [] : [latest]), ...(out ? [out] : [])];
      for (const file of written) writeReport(file, whole);
      const dated = watch ? [] : writeDatedReports(folder, report);
      written.push(...dated);
      if (!filtered && !watch) {
        written.push(await this.#writePage(join(folder, "accuracy.html"), whole, { earlier, broken }));
        const summary = markdown ?? process.env.GITHUB_STEP_SUMMARY;
        if (summary) appendFileSync(summary, toMarkdown(report, this.#options.baseline, broken));
      }
      const paths = written.map((file) => relative(root, file));
      if (paths.length > 0) this.#print([`report: ${paths.join(", ")}`]);
      return filtered ? dated.map((file) => ` --report ${quoted(relative(root, file))}`) : report.evals.map(() => "");
    } catch (error) {
      broken.push(`the report could not be written: ${messageOf(error)}`);
      return [];
    }
  }

  async #writePage(
    file: string,
    report: Report,
    more: { readonly earlier: readonly Report[]; readonly broken: readonly string[] },
  ): Promise<string> {
    // Loaded only here: its bundler takes half a second.
    const { toHtml } = await import("../src/report/html.ts");
    writeWhole(file, await toHtml(report, this.#options.baseline, more));
    return file;
  }

  #print(lines: readonly string[], mark = ""): void {
    for (const line of lines) this.#vitest.logger.log(` ${mark}${visible(line).replaceAll("\n", " ")}`);
  }
}

/** The newest dated reports of the report's evals. A file among them that is none is left out: npm run history says why. */
const datedReports = (folder: string, { evals }: Report): Report[] =>
  [...new Set(evals.map(({ name }) => name))].flatMap((name) => readDatedReports(folder, name, 100).reports);

/** Watch mode runs a part of the evals again: the others keep their last result. */
function withEarlier(report: Report, file: string): Report {
  if (!existsSync(file)) return report;
  const names = new Set(report.evals.map(({ name }) => name));
  return { ...report, evals: [...readReport(file).evals.filter(({ name }) => !names.has(name)), ...report.evals] };
}

function whyNoGate({ config: { shard } }: Vitest): string {
  return shard ? `shard ${shard.index} of ${shard.count}: the merge judges` : "this run was filtered on purpose";
}

/** True if the user asked for a part of the items: such a run says nothing about the eval. */
function isFiltered({ config }: Vitest): boolean {
  return config.testNamePattern !== undefined || Boolean(config.cliOptions.lastFailed);
}

function toEvalRun(suite: TestSuite): EvalRun[] {
  const info = suite.meta().evalInfo;
  if (!info) return [];
  const tests = [...suite.children.allTests()];
  const diagnostics = tests.flatMap((test) => test.diagnostic() ?? []);
  const starts = diagnostics.map(({ startTime }) => startTime);
  const ends = diagnostics.map(({ startTime, duration }) => startTime + duration);
  return [
    {
      info,
      records: tests.flatMap((test) => test.meta().evalRecord ?? []),
      elapsedMs: Math.round(starts.length > 0 ? Math.max(...ends) - Math.min(...starts) : 0),
    },
  ];
}
