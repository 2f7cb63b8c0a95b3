import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import { type EvalReport, type Report, reportSchema } from "./schema.ts";

/** Writes a file whole: to a temporary name beside it, then renamed, so that a reader never sees half of it. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

export const writeReport = (file: string, report: Report): void =>
  writeWhole(file, `${JSON.stringify(report, null, 1)}\n`);

/** Writes one dated file per eval and variant, and gives their paths: `<eval>[_sample<N>]_<YYYYMMDD_HHMMSS>.json`. */
export function writeDatedReports(folder: string, report: Report): string[] {
  return report.evals.map((one) => {
    const file = freeName(join(folder, datedName(one, new Date(report.startedAt))));
    writeReport(file, { ...report, evals: [one] });
    return file;
  });
}

function datedName({ name, run }: EvalReport, date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  const time = `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
  return `${safe(name)}${run.sample ? `_sample${run.sample}` : ""}_${day}_${time}`;
}

const DATED = /^(.+)_(\d{8}_\d{6})(-\d+)?\.json$/;

const safe = (name: string): string => name.replace(/[^\w.-]+/g, "-");

function freeName(base: string): string {
  for (let attempt = 1; ; attempt++) {
    const file = `${base}${attempt > 1 ? `-${attempt}` : ""}.json`;
    if (!existsSync(file)) return file;
  }
}

/**
 * The newest dated reports of an eval, or of all, without their items; `leftOut` says of each file that is no report why.
 */
export function readDatedReports(folder: string, name?: string, most = Number.POSITIVE_INFINITY): DatedReports {
  const dated = (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => {
    const [, stem, date] = DATED.exec(file) ?? [];
    if (!stem || !date) return [];
    const wanted = name === undefined || stem === safe(name) || stem.startsWith(`${safe(name)}_sample`);
    return wanted ? [{ file: join(folder, file), date }] : [];
  });
  const newest = dated.toSorted((a, b) => b.date.localeCompare(a.date)).slice(0, most);
  const reports: Report[] = [];
  const leftOut: string[] = [];
  for (const { file } of newest) {
    try {
      reports.push(parseReport(file, readHead));
    } catch (error) {
      leftOut.push(messageOf(error));
    }
  }
  return { reports, leftOut };
}

export interface DatedReports {
  readonly reports: readonly Report[];
  readonly leftOut: readonly string[];
}

const HEAD = 65_536;

/**
 * A dated report as JSON up to its items, which come last: a history needs none of the megabytes after that. Within a
 * string of JSON a quote stands behind a backslash, so that what is found is the field.
 */
function readHead(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const head = Buffer.alloc(HEAD);
    const text = head.toString("utf8", 0, readSync(descriptor, head, 0, HEAD, 0));
    const items = text.search(/"items":\s*\[/);
    return items < 0 ? text : `${text.slice(0, items)}"items": []}]}`;
  } finally {
    closeSync(descriptor);
  }
}

/** Reads a report. Throws a UserError that names the file, and the field, if it is none. */
export const readReport = (file: string): Report => parseReport(file, (name) => readFileSync(name, "utf8"));

function parseReport(file: string, read: (file: string) => string): Report {
  let json: unknown;
  try {
    json = JSON.parse(read(file));
  } catch (error) {
    throw new UserError(`the report ${file} cannot be read: ${messageOf(error)}`);
  }
  const result = reportSchema.safeParse(json);
  if (result.success) return result.data;
  throw new UserError(
    `${file} is not an accuracy report: ${z.prettifyError(result.error).split("\n").slice(0, 2).join(" ")}`,
  );
}
