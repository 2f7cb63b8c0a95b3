import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse as parseDotenv } from "dotenv";
import type { z } from "zod";
import { UserError } from "./errors.ts";
import { type Setting, table } from "./settings-table.ts";

type Table = typeof table;
type Value<S extends Setting> = S extends { repeatable: true }
  ? z.infer<S["schema"]>[]
  : z.infer<S["schema"]> | undefined;
type Given = { [K in keyof Table]: Value<Table[K]> };

type Defaulted = "backend" | "temperature" | "maxTokens" | "seed" | "repeats" | "concurrency" | "sandbox";
/** The settings of a run, checked, with paths absolute. Holds no token: those are in {@link Tokens}. */
export type Settings = Omit<Given, Defaulted | "hfToken" | "endpointToken"> & {
  [K in Defaulted]: NonNullable<Given[K]>;
} & { readonly root: string };
export type Tokens = Pick<Given, "hfToken" | "endpointToken">;

const HF_ROUTER = "https://router.huggingface.co/v1";
export const DEFAULT_MODEL = "openai/gpt-oss-20b";

/**
 * Reads the settings: a flag after `--`, then the environment, then `.env` in `root`, then the default.
 * What is not `known` is refused as a flag and passed over elsewhere.
 * @throws UserError that names the setting, its value, where it came from and what is accepted.
 */
export function readSettings(
  flags: readonly string[],
  root: string,
  env: NodeJS.ProcessEnv = process.env,
  known: Readonly<Record<string, Setting>> = table,
): { settings: Settings; tokens: Tokens } {
  const { hfToken, endpointToken, ...given } = Object.fromEntries(collect(flags, root, env, known)) as Given;
  const backend = given.backend ?? (hfToken || given.endpoint ? "hf_api" : "local");
  const settings: Settings = {
    ...given,
    root,
    backend,
    systemPrompts: given.systemPrompts.length > 0 ? given.systemPrompts : [resolve(root, "prompts/system_v1.txt")],
    topP: given.topP ?? (backend === "local" ? 0.9 : undefined),
    temperature: given.temperature ?? 0,
    maxTokens: given.maxTokens ?? 4096,
    seed: given.seed ?? 0,
    repeats: given.repeats ?? 1,
    sandbox: given.sandbox ?? "auto",
    concurrency: given.concurrency ?? (backend === "local" ? 4 : 8),
  };
  checkTogether(settings, hfToken);
  return { settings, tokens: { hfToken, endpointToken } };
}

function checkTogether(settings: Settings, hfToken: string | undefined): void {
  if (settings.limit && settings.sample)
    throw new UserError("--limit and --sample exclude each other: give one of them.");
  if (settings.repeats > 1 && settings.temperature === 0) {
    throw new UserError(
      `--repeats ${settings.repeats} at temperature 0 would ask the same thing ${settings.repeats} times: give --temperature, for example 1.`,
    );
  }
  if (settings.backend === "local" && settings.models.length > 1) {
    throw new UserError(
      `--model is given ${settings.models.length} times, but the local backend holds one model at a time.`,
    );
  }
  if (settings.backend === "hf_api" && !settings.endpoint && !hfToken) {
    throw new UserError(
      `HF_TOKEN is not set, and ${HF_ROUTER} needs it: put it into .env (https://huggingface.co/settings/tokens), give --endpoint, or use --backend local.`,
    );
  }
}

function* collect(
  flags: readonly string[],
  root: string,
  env: NodeJS.ProcessEnv,
  known: Readonly<Record<string, Setting>>,
): Generator<[string, unknown]> {
  const fromFlags = readFlags(flags, known);
  const dotenv = readDotenv(root);
  for (const [name, setting] of Object.entries(known)) {
    const flag = setting.flag ? fromFlags[setting.flag] : undefined;
    const [values, origin] = flag
      ? [flag, `--${setting.flag}`]
      : env[setting.env]
        ? [[env[setting.env]!], setting.env]
        : dotenv[setting.env]
          ? [[dotenv[setting.env]!], `${setting.env} in .env`]
          : [[], ""];
    const parsed = values.map((value) => parseValue(setting, String(value), origin, root));
    if (!setting.repeatable && parsed.length > 1)
      throw new UserError(`${origin} is given ${parsed.length} times, but takes one value.`);
    yield [name, setting.repeatable ? parsed : parsed[0]];
  }
}

function parseValue(setting: Setting, value: string, origin: string, root: string): unknown {
  const result = setting.schema.safeParse(value);
  if (!result.success || value.trim() === "")
    throw new UserError(`${origin}: "${value}" is not accepted; it takes ${setting.accepts}.`);
  const isName = setting.path === "or name" && /^[\w-]+$/.test(value);
  return setting.path && !isName ? expandPath(String(result.data), root) : result.data;
}

/** `~` is the home folder; a relative path starts at the project; an `hf:` URI stays as it is. */
function expandPath(path: string, root: string): string {
  if (/^hf:/.test(path)) return path;
  return resolve(root, path.replace(/^~(?=$|[\\/])/, homedir()));
}

function readFlags(
  flags: readonly string[],
  known: Readonly<Record<string, Setting>>,
): Record<string, (string | boolean)[] | undefined> {
  const flagged = Object.values(known).filter((setting) => setting.flag !== undefined);
  const named = flagged.map(({ flag }) => flag!);
  const options = Object.fromEntries(
    flagged.map((setting) => [
      setting.flag!,
      { type: setting.switch ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  try {
    return parseArgs({ args: [...flags], options, allowNegative: true }).values as Record<string, (string | boolean)[]>;
  } catch (error) {
    const message = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UserError(
      `${message}. Flags after --: ${named.map((flag) => `--${flag}`).join(" ")} (-- --help explains them).`,
    );
  }
}

function readDotenv(root: string): Record<string, string> {
  try {
    return parseDotenv(readFileSync(resolve(root, ".env"), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new UserError(`.env cannot be read: ${(error as Error).message}`);
  }
}

/** The text that `--help` after `--` prints. */
export function settingsHelp(): string {
  return [
    "Usage: vitest run evals/gsm8k -- [flags]",
    "",
    "A flag wins over the environment, the environment over .env, .env over the default.",
    "Flags marked … may be repeated: every combination is a variant, run side by side.",
    "",
    ...settingLines(Object.values(table)),
  ].join("\n");
}

/** A line per setting: flag, variable, meaning. */
export function settingLines(settings: readonly Setting[]): string[] {
  const rows = settings.map(({ env, flag, repeatable, help }) => [
    env,
    flag ? `--${flag}${repeatable ? " …" : ""}` : "",
    help,
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  return rows.map(([env, flag, help]) => `  ${flag!.padEnd(width(1))}  ${env!.padEnd(width(0))}  ${help}`);
}

/** The base URL that requests go to, and the one token that may be sent there. */
export function remoteEndpoint(settings: Settings, tokens: Tokens): { url: string; token: string | undefined } {
  const url = settings.endpoint ?? HF_ROUTER;
  const hfToken = isHuggingFace(url) ? tokens.hfToken : undefined;
  return { url, token: settings.endpoint ? (tokens.endpointToken ?? hfToken) : hfToken };
}

/** HF_TOKEN may go to these hosts only, and never in the clear. */
function isHuggingFace(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" && /(^|\.)huggingface\.(co|cloud)$/.test(hostname);
}
