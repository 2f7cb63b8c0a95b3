/** `npm run datasets [-- NAME …]`: downloads the official datasets, all or those named, into datasets/.cache/. */
import { parseArgs } from "node:util";
import ora from "ora";
import { abort } from "../abort.ts";
import { messageOf } from "../errors.ts";
import { fetchOfficial, type OfficialName, official } from "../official.ts";

const names = Object.keys(official) as OfficialName[];
const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: "boolean" } } });
if (values.help) {
  console.log(
    `Usage: npm run datasets [-- NAME …]\n\nDownloads official datasets into datasets/.cache/ and checks their sha256. Names: ${names.join(" ")}`,
  );
  process.exit(0);
}
const unknown = positionals.find((name) => !names.includes(name as OfficialName));
if (unknown) abort(`there is no dataset "${unknown}"; the names are ${names.join(", ")}.`);

for (const name of positionals.length > 0 ? (positionals as OfficialName[]) : names) {
  const spinner = ora({ text: `downloading ${name}`, stream: process.stdout }).start();
  try {
    const outcome = await fetchOfficial(official[name], process.cwd());
    spinner.succeed(`${name}: ${outcome}, ${official[name].path}`);
  } catch (error) {
    spinner.stop();
    abort(messageOf(error));
  }
}
