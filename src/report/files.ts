import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
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
  const safe = name.replace(/[^\w.-]+/g, "-");
  return `${safe}${run.sample ? `_sample${run.sample}` : ""}_${day}_${time}`;
}

function freeName(base: string): string {
  for (let attempt = 1; ; attempt++) {
    const file = `${base}${attempt > 1 ? `-${attempt}` : ""}.json`;
    if (!existsSync(file)) return file;
  }
}

/** Reads a report. Throws a UserError that names the file, and the field, if it is none. */
export function readReport(file: string): Report {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`the report ${file} cannot be read: ${messageOf(error)}`);
  }
  const result = reportSchema.safeParse(json);
  if (result.success) return result.data;
  throw new UserError(
    `${file} is not an accuracy report: ${z.prettifyError(result.error).split("\n").slice(0, 2).join(" ")}`,
  );
}
