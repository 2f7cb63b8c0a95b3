import { BackendError } from "../../backend/errors.ts";
import { streamCompletion } from "../../backend/stream.ts";
import type { Completion, Message, OnDelta, Prompt } from "../../types.ts";
import type { Model } from "./model.ts";

/** A question that was answered, if only in part: reasoning is not sent again. */
export interface Turn {
  readonly question: string;
  readonly answer: string;
}

export interface Conversation {
  readonly turns: readonly Turn[];
  /** Streams the answer; undefined if the signal stopped it. What was said before a stop is kept, a failed turn is not. */
  ask(question: string, signal: AbortSignal, onDelta: OnDelta): Promise<Completion | undefined>;
  /** Asks the last question again, instead of its answer if it has one; with another seed. */
  retry(signal: AbortSignal, onDelta: OnDelta): Promise<Completion | undefined>;
  /** Whether there is a question to ask again. */
  canRetry(): boolean;
  /** Forgets all but the system prompt. */
  reset(): void;
}

interface ConversationOptions {
  readonly system: Message;
  readonly connect: () => Promise<Model>;
  /** A turn to go on from; with an empty answer, a question to ask with `retry`. */
  readonly opening?: Turn | undefined;
  /** Told how many of the oldest turns had to leave, since the context would not hold them. */
  readonly onForget?: (turns: number) => void;
}

/** A conversation under one system prompt. It forgets its oldest turns where the model's context ends. */
export function createConversation({
  system,
  connect,
  opening,
  onForget = () => {},
}: ConversationOptions): Conversation {
  let turns: readonly Turn[] = opening?.answer ? [opening] : [];
  let last: { question: string; answered: boolean; retries: number } | undefined = opening && {
    question: opening.question,
    answered: turns.length > 0,
    retries: 0,
  };
  let measured = { bytes: 0, tokens: 100 };

  async function answer(signal: AbortSignal, onDelta: OnDelta): Promise<Completion | undefined> {
    const { question, answered, retries } = last!;
    const { endpoint, options, contextTokens } = await connect();
    const tokens = (prompt: Prompt) => measured.tokens + (bytesOf(prompt) - measured.bytes) / BYTES_PER_TOKEN;
    const fits = (prompt: Prompt) =>
      !contextTokens || tokens(prompt) <= contextTokens - Math.min(options.maxTokens, contextTokens / 4);
    const before = answered ? turns.slice(0, -1) : turns;
    let kept = before;
    while (kept.length > 0 && !fits(promptOf(system, kept, question))) kept = kept.slice(1);
    if (kept.length < before.length) onForget(before.length - kept.length);
    for (;;) {
      const prompt = promptOf(system, kept, question);
      let said = "";
      const keep = (text: string) => {
        if (text === "") return;
        turns = [...kept, { question, answer: text }];
        last = { question, answered: true, retries };
      };
      try {
        const completion = await streamCompletion(
          endpoint,
          prompt,
          { ...options, seed: options.seed + retries },
          signal,
          (channel, piece) => {
            if (channel === "text") said += piece;
            onDelta(channel, piece);
          },
        );
        const { promptTokens } = completion.usage;
        if (promptTokens > 0) measured = { bytes: bytesOf(prompt), tokens: promptTokens };
        keep(completion.text);
        return completion;
      } catch (error) {
        if (signal.aborted) return void keep(said);
        if (!isTooLong(error) || kept.length === 0) throw error;
        kept = kept.slice(1);
        onForget(1);
      }
    }
  }

  return {
    get turns() {
      return turns;
    },
    ask(question, signal, onDelta) {
      last = { question, answered: false, retries: 0 };
      return answer(signal, onDelta);
    },
    retry(signal, onDelta) {
      last = { ...last!, retries: last!.retries + 1 };
      return answer(signal, onDelta);
    },
    canRetry: () => last !== undefined,
    reset() {
      turns = [];
      last = undefined;
    },
  };
}

function promptOf(system: Message, turns: readonly Turn[], question: string): Prompt {
  const said = turns.flatMap((turn): Message[] => [
    { role: "user", content: turn.question },
    { role: "assistant", content: turn.answer },
  ]);
  return [system, ...said, { role: "user", content: question }];
}

/** English has about four bytes to a token and Chinese three: what was not counted yet is taken for too much rather than too little. */
const BYTES_PER_TOKEN = 3;

const bytesOf = (prompt: Prompt): number => prompt.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);

/** What servers say of a prompt longer than the context: ours, vLLM, llama-server, OpenAI, Groq, TGI. */
const TOO_LONG =
  /context (holds|length|size|window)|context_length|maximum context|prompt is too long|reduce the length|max_new_tokens/i;

const isTooLong = (error: unknown): boolean =>
  error instanceof BackendError && error.kind === "failed" && !error.transient && TOO_LONG.test(error.message);
