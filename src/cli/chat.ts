/** `npm run chat [-- [hf_api|local [PROMPT]] [flags]]`: a conversation with the model that the evals measure. */
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { abort } from "../abort.ts";
import { messageOf, UserError } from "../errors.ts";
import { readSettings, settingLines } from "../settings.ts";
import { modelTable, type Setting } from "../settings-table.ts";
import { createConversation } from "./chat/conversation.ts";
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
  const { settings, tokens } = readSettings(withFlags(args), root, process.env, modelTable);
  const { system, about, connect } = await chooseModel(settings, tokens);
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const model = await connect();
    await talk({ system, connect, about: about(model), historyFile: resolve(root, HISTORY_FILE) });
    process.exit();
  } else {
    const question = (await text(process.stdin)).trim();
    process.exitCode = await answerOnce(createConversation({ system, connect }), question);
  }
} catch (error) {
  abort(messageOf(error));
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
    ...settingLines(settings),
  ].join("\n");
}
