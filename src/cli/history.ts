/** `npm run history [-- EVAL]`: accuracy over time, from the dated reports. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { abort } from "../abort.ts";
import { messageOf } from "../errors.ts";
import { readReport } from "../report/files.ts";
import { historyLines } from "../report/history.ts";
import { visible } from "../text.ts";

const [name] = process.argv.slice(2);
if (name === "--help") {
  console.log(
    "Usage: npm run history [-- EVAL]\n\nAccuracy over time per eval, variant, model and prompt, from the dated reports in reports/.",
  );
  process.exit(0);
}
const folder = "reports";
const dated = existsSync(folder) ? readdirSync(folder).filter((file) => /_\d{8}_\d{6}(-\d+)?\.json$/.test(file)) : [];
const wanted = dated.filter((file) => !name || file.startsWith(`${name}_`));
if (wanted.length === 0)
  abort(`there is no dated report${name ? ` of "${name}"` : ""} in ${folder}/: run an eval first.`);
const reports = wanted.flatMap((file) => {
  try {
    return [readReport(join(folder, file))];
  } catch (error) {
    console.error(`left out: ${messageOf(error)}`);
    return [];
  }
});
console.log(visible(historyLines(reports).join("\n")));
