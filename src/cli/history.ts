/** `npm run history [-- EVAL]`: accuracy over time, from the dated reports. */
import { abort } from "../abort.ts";
import { readDatedReports } from "../report/files.ts";
import { historyLines } from "../report/history.ts";

const [name] = process.argv.slice(2);
if (name === "--help") {
  console.log(
    "Usage: npm run history [-- EVAL]\n\nAccuracy over time per eval, variant, model and prompt, from the dated reports in reports/.",
  );
  process.exit(0);
}
const { reports, leftOut } = readDatedReports("reports", name);
for (const reason of leftOut) console.error(`left out: ${reason}`);
if (reports.length === 0)
  abort(`there is no dated report${name ? ` of "${name}"` : ""} in reports/: run an eval first.`);
console.log(historyLines(reports).join("\n"));
