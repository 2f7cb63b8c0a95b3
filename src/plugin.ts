import { join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";
import { BaseSequencer, type TestProject, type TestSpecification, type Vitest } from "vitest/node";
import { AccuracyReporter } from "../reporters/accuracy.ts";
import { ConsoleReporter } from "../reporters/console.ts";
import { abort } from "./abort.ts";
import { messageOf, UserError } from "./errors.ts";
import { localModelEnded } from "./local/running.ts";
import { readReport } from "./report/files.ts";
import { readSettings, remoteEndpoint, settingsHelp } from "./settings.ts";
import type { Shard } from "./types.ts";
import "./context.ts";

/** Vitest's default time-out is meant for unit tests; a local 20B on a CPU needs minutes for a long answer. */
const VITEST_TIMEOUT_MS = 5000;
const SETTLED_MS = 100;
const TIMEOUT_MS = { hf_api: 180_000, local: 1_800_000 };

/** The Vitest plugin: reads the settings, starts a local model if there is to be one, and reports accuracy. */
export function evals(): Plugin {
  checkNode();
  const readers = new Map<string, Set<string>>();
  return {
    name: "gpt-oss-20b-dev",
    config: () => ({
      test: {
        // One worker makes maxConcurrency the run's, and lets its evals share one breaker.
        pool: "threads",
        maxWorkers: 1,
        isolate: false,
        globalSetup: [fileURLToPath(new URL("local/setup.ts", import.meta.url))],
        reporters: [new ConsoleReporter()],
      },
    }),
    configureVitest({ vitest, project }) {
      const flags = flagsOf(vitest);
      if (flags.includes("--help")) {
        console.log(settingsHelp());
        process.exit(0);
      }
      try {
        const { settings, tokens, baseline } = readAll(flags, vitest.config.root);
        if (vitest.config.retry)
          throw new UserError("--retry would ask a wrong answer again until it is right: leave it out.");
        project.config.maxConcurrency = settings.concurrency;
        const asked =
          vitest.config.cliOptions.testTimeout !== undefined || project.config.testTimeout !== VITEST_TIMEOUT_MS;
        if (!asked) project.config.testTimeout = TIMEOUT_MS[settings.backend];
        vitest.config.watchTriggerPatterns = [{ pattern: /./, testsToRun: (file) => runsAgain(readers, file) }];
        project.provide("run", {
          settings,
          target: remoteEndpoint(settings, tokens),
          shard: shardByItem(vitest, project),
          readStore: settings.cache ?? Boolean(vitest.config.watch),
        });
        if (vitest.config.watch) restartOnDotenv(vitest, () => readAll(flags, vitest.config.root));
        else cancelOnSignal(vitest);
        vitest.config.reporters.push(new AccuracyReporter({ settings, baseline, localModelEnded, readers }) as never);
      } catch (error) {
        if (error instanceof UserError) abort(messageOf(error));
        throw error;
      }
    },
  };
}

/**
 * Vitest shards by file; here each shard runs every file, on its share of the items. The labels keep the blobs of the
 * shards apart: without them the ids of their files are the same, and a merge would keep the last alone.
 */
function shardByItem({ config }: Vitest, project: TestProject): Shard | null {
  const { shard } = config;
  if (!shard) return null;
  config.sequence.sequencer = class extends BaseSequencer {
    override async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
      return files;
    }
  };
  // A shard may have no item of an eval.
  config.passWithNoTests = true;
  project.config.passWithNoTests = true;
  config.mergeReportsLabel = `shard ${shard.index} of ${shard.count}`;
  project.config.mergeReportsLabel = config.mergeReportsLabel;
  return shard;
}

/** The settings and the baseline that they name; throws a UserError for what is wrong with either. */
function readAll(flags: readonly string[], root: string) {
  const { settings, tokens } = readSettings(flags, root);
  return { settings, tokens, baseline: settings.baseline ? readReport(settings.baseline) : undefined };
}

/** The first Ctrl-C or SIGTERM ends a run in order: what was answered is reported, as partial. A second one ends it at once. */
function cancelOnSignal(vitest: Vitest): void {
  let cancelled = false;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    // Vitest's own listener would end the process within a millisecond.
    process.removeAllListeners(signal);
    // Kept after the first: without one, libraries that clean up on a signal would pass it on.
    process.on(signal, () => {
      if (cancelled) process.exit(1);
      cancelled = true;
      void vitest.cancelCurrentRun("keyboard-input");
    });
  }
}

/** Saving `.env` in watch mode runs everything again, under the new settings; while they are wrong, it waits. */
function restartOnDotenv(vitest: Vitest, check: () => void): void {
  const { watcher } = vitest.vite;
  watcher.add(join(vitest.config.root, ".env"));
  watcher.on("all", async (_, file) => {
    if (relative(vitest.config.root, file) !== ".env") return;
    // Editors write in steps, and of changes within 50 ms the watcher tells the first alone.
    await setTimeout(SETTLED_MS);
    try {
      check();
      // What is still to be asked would be asked, and paid, under the old settings.
      await vitest.cancelCurrentRun("keyboard-input");
      await vitest.vite.restart();
    } catch (error) {
      vitest.logger.error(` ${messageOf(error)}`);
    }
  });
}

/** The modules that read a file; undefined leaves it to the module graph. */
function runsAgain(readers: Map<string, Set<string>>, file: string): string[] | undefined {
  const modules = readers.get(file);
  return modules && [...modules];
}

/** What stands after `--` on Vitest's command line. */
function flagsOf({ config }: Vitest): string[] {
  return (config.cliOptions as { "--"?: string[] })["--"] ?? [];
}

function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  abort(
    `Node ${process.versions.node} is too old, 22.18 is the least: start Vitest with npx or npm, which take the project's own Node.`,
  );
}
