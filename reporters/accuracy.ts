import { relative } from "node:path";
import { styleText } from "node:util";
import type { Reporter, SerializedError, TestModule, TestSpecification, TestSuite, Vitest } from "vitest/node";
import { abort } from "../src/abort.ts";
import { messageOf } from "../src/errors.ts";
import { buildReport, type EvalRun } from "../src/report/build.ts";
import { compareEvals, comparisonLines } from "../src/report/compare.ts";
import { counterpart } from "../src/report/flips.ts";
import { exitCode } from "../src/report/gate.ts";
import { closingLines, exitLine } from "../src/report/lines.ts";
import { type Merged, mergeShards } from "../src/report/merge.ts";
import type { EvalReport, Report } from "../src/report/schema.ts";
import { variantTable } from "../src/report/table.ts";
import type { Settings } from "../src/settings.ts";
import { visible } from "../src/text.ts";
import { commandWithCache, quoted, wayToLookInto } from "./advice.ts";
import { writeFiles } from "./write.ts";
import "../src/context.ts";

export interface AccuracyReporterOptions {
  readonly settings: Pick<Settings, "dataset" | "markdown" | "out" | "root">;
  readonly baseline: Report | undefined;
  /** Where the plugin looks up which modules a changed file runs again. */
  readonly readers: Map<string, Set<string>>;
  /** Why the local model's process ended, if it did. */
  readonly localModelEnded: () => string | undefined;
}

const SESSION = Symbol.for("gpt-oss-20b-dev.session");
/** On globalThis it survives the restarts that saving `.env` or the configuration causes. */
const shared = globalThis as typeof globalThis & { [SESSION]?: Map<string, EvalReport> };
shared[SESSION] ??= new Map();
/** In watch mode, the last result of each eval and variant in this session: what the next one is compared with. */
const session = shared[SESSION];

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
  /** True if the user asked for a part of the items: such a run says nothing about the eval. */
  #filtered = false;
  #startedAt = new Date();

  constructor(options: AccuracyReporterOptions) {
    this.#options = options;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#interrupted = false;
    this.#filtered =
      this.#vitest.getGlobalTestNamePattern() !== undefined ||
      Boolean(this.#vitest.config.cliOptions.lastFailed) ||
      specifications.some(({ testIds, testLines }) => testIds?.length || testLines?.length);
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
    const gateApplies = !this.#filtered && !shard;
    const broken = [...problems, ...this.#whatBroke(modules, errors)];
    const showFlags = await this.#write(broken.length > 0 ? { ...report, broken: [...broken] } : report, broken);
    for (const one of report.evals) {
      this.#print(closingLines(one, gateApplies ? null : whyNoGate(this.#vitest)));
      this.#print(this.#comparison(one).map((line) => `  ${line}`));
    }
    for (const variants of Map.groupBy(report.evals, ({ name }) => name).values()) this.#print(variantTable(variants));
    this.#print(wayToLookInto(report, showFlags));
    const unanswered = report.evals.some(({ skipped, errors }) => skipped + errors > 0);
    if (!watch && (unanswered || this.#interrupted)) this.#print([`to ask for what is missing: ${commandWithCache()}`]);
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
    const before = this.#options.baseline ? counterpart(this.#options.baseline, one) : session.get(key);
    if (!this.#filtered) session.set(key, one);
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
  async #write(report: Report, broken: string[]): Promise<string[]> {
    const filtered = this.#filtered;
    const { watch, shard } = this.#vitest.config;
    // A shard's part of a run is in its blob; the merge writes the report.
    if (report.evals.length === 0 || shard) return [];
    const shown = (file: string) => relative(this.#options.settings.root, file);
    try {
      const { written, dated } = await writeFiles(report, { ...this.#options, filtered, watch });
      if (written.length > 0) this.#print([`report: ${written.map(shown).join(", ")}`]);
      return filtered ? dated.map((file) => ` --report ${quoted(shown(file))}`) : report.evals.map(() => "");
    } catch (error) {
      broken.push(`the report could not be written: ${messageOf(error)}`);
      return [];
    }
  }

  #print(lines: readonly string[], mark = ""): void {
    for (const line of lines) this.#vitest.logger.log(` ${mark}${visible(line).replaceAll("\n", " ")}`);
  }
}

function whyNoGate({ config: { shard } }: Vitest): string {
  return shard ? `shard ${shard.index} of ${shard.count}: the merge judges` : "this run was filtered on purpose";
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
