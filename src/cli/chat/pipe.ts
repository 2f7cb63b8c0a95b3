import { messageOf } from "../../errors.ts";
import { visible } from "../../text.ts";
import type { Conversation } from "./conversation.ts";

/** Answers one question, the answer alone on stdout and all else on stderr. Gives the exit code. */
export async function answerOnce(conversation: Conversation, question: string): Promise<number> {
  if (question === "") {
    console.error("there is no question: stdin is empty.");
    return 1;
  }
  // A reader such as `head` may leave before the end.
  process.stdout.on("error", () => process.exit());
  const shown = process.stdout.isTTY ? visible : (text: string) => text;
  try {
    const completion = await conversation.ask(question, new AbortController().signal, (channel, piece) => {
      if (channel === "text") process.stdout.write(shown(piece));
    });
    if (!completion?.text.endsWith("\n")) process.stdout.write("\n");
    if (completion?.finishReason !== "stop") console.error(`the answer ended with ${completion?.finishReason}.`);
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  }
}
