/** `npm run cache -- stats|clear`: how many completions are stored, or forget them all. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { abort } from "../abort.ts";
import { openStore } from "../backend/store.ts";
import { STORE_FILE } from "../context.ts";

const [command] = process.argv.slice(2);
if (command !== "stats" && command !== "clear") {
  if (command !== "--help") abort(`npm run cache takes stats or clear, not "${command ?? ""}".`);
  console.log(
    "Usage: npm run cache -- stats|clear\n\nCompletions are kept in .cache/; --cache reads them in a run, watch mode does unless --no-cache is given.",
  );
  process.exit(0);
}
const file = resolve(STORE_FILE);
const store = openStore(file);
if (command === "clear") store.clear();
console.log(`${store.count()} completions in ${STORE_FILE} (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB)`);
store.close();
