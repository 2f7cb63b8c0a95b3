import { styleText } from "node:util";
import { messageOf } from "../../errors.ts";
import { visible } from "../../text.ts";
import type { Completion, Message, OnDelta } from "../../types.ts";
import { createAnswerView, dim } from "./answer.ts";
import { createConversation } from "./conversation.ts";
import type { Opening } from "./from.ts";
import { openInput } from "./input.ts";
import type { Model } from "./model.ts";
import { saveRow } from "./save.ts";

const commands = {
  "/exit": "leaves, as do /quit, Ctrl-D and a second Ctrl-C",
  "/quit": "leaves",
  "/reset": "forgets the conversation, not the system prompt",
  "/history": "says how many turns there are; /history full shows them",
  "/reasoning": "on shows the model's reasoning, off folds it",
  "/retry": "asks the last question again",
  "/save": "NAME [FILE] keeps the last question with a check as a dataset row, in datasets/mine.jsonl",
  "/help": "shows this",
};

interface Session {
  readonly system: Message;
  readonly connect: () => Promise<Model>;
  /** A line that says who answers. */
  readonly about: string;
  /** The item of a run to go on from. */
  readonly opening: Opening | undefined;
  readonly historyFile: string;
  readonly root: string;
}

/** The conversation on a terminal, until the user leaves. */
export async function talk({ system, connect, about, opening, historyFile, root }: Session): Promise<void> {
  const conversation = createConversation({
    system,
    connect,
    opening: opening?.turn,
    onForget: (turns) => view?.forget(turns),
  });
  const input = openInput(historyFile, Object.keys(commands));
  let view: ReturnType<typeof createAnswerView> | undefined;
  let showReasoning = true;
  say(`${about} · /help`);
  if (opening) {
    showHistory(true);
    say(`${opening.about}${opening.turn.answer ? "" : ` · ${opening.turn.question}`} · /retry asks again`);
  }

  for (;;) {
    const line = await input.read();
    if (line === undefined) break;
    // A path or a sum of lines is no command.
    const [, name, argument = ""] = /^(\/\w+)(?: +(.*))?$/.exec(line) ?? [];
    if (line === "") continue;
    if (name === undefined) await answer((...how) => conversation.ask(line, ...how));
    else if (name === "/exit" || name === "/quit") break;
    else if (name === "/retry" && conversation.canRetry()) await answer(conversation.retry);
    else if (name === "/retry") say("nothing was asked yet");
    else if (name === "/reset") reset();
    else if (name === "/history") showHistory(argument === "full");
    else if (name === "/reasoning" && (argument === "on" || argument === "off")) foldReasoning(argument === "off");
    else if (name === "/reasoning") say(`reasoning is ${showReasoning ? "on" : "off"}; /reasoning on|off changes it`);
    else if (name === "/save") await save(argument);
    else if (name === "/help") help();
    else say(`there is no command ${name}; /help lists them`);
  }
  input.close();

  type Ask = (signal: AbortSignal, onDelta: OnDelta) => Promise<Completion | undefined>;

  async function answer(ask: Ask): Promise<void> {
    const shown = createAnswerView({ showReasoning });
    view = shown;
    try {
      const completion = await input.stoppable((signal) => ask(signal, shown.onDelta));
      shown.end(completion ?? dim("stopped · /retry asks again, Ctrl-C again leaves"));
    } catch (error) {
      shown.end(`${styleText("red", messageOf(error))} ${dim("· /retry asks again")}`);
    }
  }

  async function save(argument: string): Promise<void> {
    const [id, path = "datasets/mine.jsonl"] = argument.split(/\s+/);
    const turn = conversation.turns.at(-1);
    if (!turn || !id) return say(turn ? "/save takes a name for the row" : "there is no answered question yet");
    say("what a right reply passes: exact, contains, regex, number or json, and its value, as in: contains Paris");
    const check = await input.read("check: ");
    if (!check) return say("not saved");
    try {
      say(saveRow(id, turn.question, check, path, root));
    } catch (error) {
      say(`not saved: ${messageOf(error)}`);
    }
  }

  function reset(): void {
    conversation.reset();
    say("the conversation begins anew");
  }

  function foldReasoning(fold: boolean): void {
    showReasoning = !fold;
    say(`reasoning is ${fold ? "off" : "on"}`);
  }

  function showHistory(full: boolean): void {
    const { turns } = conversation;
    if (full) {
      say(`system: ${system.content}`);
      for (const { question, answer } of turns)
        console.log(`${dim("you:")} ${visible(question)}\n${dim("model:")} ${visible(answer)}`);
    }
    say(`${turns.length} ${turns.length === 1 ? "turn" : "turns"}`);
  }
}

function help(): void {
  for (const [name, meaning] of Object.entries(commands)) console.log(`${name.padEnd(11)} ${dim(meaning)}`);
  say("A line that ends in \\ goes on in the next; pasted lines stay together (⏎). Ctrl-C stops an answer.");
}

const say = (text: string): void => console.log(dim(visible(text)));
