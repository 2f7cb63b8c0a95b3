/** `npm run chat [-- [hf_api|local [PROMPT]] [flags]]`: a conversation with the model that the evals measure. */
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { abort } from "../abort.ts";
import { messageOf, UserError } from "../errors.ts";
import { readSettings, settingLines } from "../settings.ts";
import { modelTable, type Setting } from "../settings-table.ts";
import { createConversation } from "./chat/conversation.ts";
import { openingFrom } from "./chat/from.ts";
import { chooseModel } from "./chat/model.ts";
import { answerOnce } from "./chat/pipe.ts";
import { talk } from "./chat/talk.ts";

const HISTORY_FILE = ".cache/chat_history";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(help());
  process.exit(0);
}
try {
  const root = process.cwd();
  const { from, rest } = takeFrom(args);
  const flags = withFlags(rest);
  const { settings, tokens } = readSettings(flags, root, process.env, modelTable);
  const chosen = await chooseModel(settings, tokens);
  const opening = from === undefined ? undefined : openingFrom(from, root);
  const { about, connect } = chosen;
  // Under --from, a prompt given on the command line is what the user wants to try.
  const system = flags.some((flag) => /^--prompt(=|$)/.test(flag)) ? chosen.system : (opening?.system ?? chosen.system);
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const model = await connect();
    await talk({
      system,
      connect,
      opening,
      about: about(model, system === chosen.system ? chosen.promptPath : `the system prompt of ${from}`),
      historyFile: resolve(root, HISTORY_FILE),
      root,
    });
    process.exit();
  } else {
    const question = (await text(process.stdin)).trim();
    process.exitCode = await answerOnce(createConversation({ system, connect, opening: opening?.turn }), question);
  }
} catch (error) {
  abort(messageOf(error));
}

/** `--from ITEM`, apart from the settings. */
function takeFrom(given: readonly string[]): { from: string | undefined; rest: string[] } {
  const rest = given.flatMap((arg) => (arg.startsWith("--from=") ? ["--from", arg.slice("--from=".length)] : [arg]));
  const at = rest.indexOf("--from");
  if (at < 0) return { from: undefined, rest };
  const [, from] = rest.splice(at, 2);
  if (!from) throw new UserError("--from takes the id of an item of the last run, such as gsm8k/7.");
  return { from, rest };
}

/** The order of the earlier tool, backend and prompt file without their flags, in flags. */
function withFlags(given: readonly string[]): string[] {
  const first = given.findIndex((arg) => arg.startsWith("-"));
  const words = given.slice(0, first < 0 ? undefined : first);
  if (words.length > 2)
    throw new UserError(`chat takes a backend and a prompt file before its flags, not also "${words[2]}".`);
  const flags = words.flatMap((word, place) => [place === 0 ? "--backend" : "--prompt", word]);
  return [...flags, ...given.slice(words.length)];
}

function help(): string {
  const settings = Object.values<Setting>(modelTable).map(({ repeatable: _, ...setting }) => setting);
  return [
    "Usage: npm run chat [-- [hf_api|local [PROMPT]] [flags]]",
    "       echo QUESTION | npm run --silent chat",
    "",
    "A conversation with the model that the evals measure, under the same system prompt; /help lists its commands.",
    "A flag wins over the environment, the environment over .env, .env over the default.",
    "",
    "  --from ITEM: goes on from an item of the last run, such as gsm8k/7, under its system prompt unless --prompt is given",
    ...settingLines(settings),
  ].join("\n");
}
