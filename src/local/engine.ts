import { stat } from "node:fs/promises";
import {
  type ChatHistoryItem,
  type ChatWrapper,
  getLlama,
  HarmonyChatWrapper,
  LlamaChat,
  type LlamaContextSequence,
  LlamaLogLevel,
  type LlamaModel,
  resolveChatWrapper,
} from "node-llama-cpp";
import { messageOf, UserError } from "../errors.ts";
import type { CompletionOptions, Message, OnDelta, ReasoningEffort } from "../types.ts";

export interface EngineOptions {
  readonly file: string;
  readonly device: string | undefined;
  /** How many completions run side by side, each in a sequence of its own. */
  readonly sequences: number;
  /** The most tokens that one answer may have; the context is made to hold a prompt besides. */
  readonly maxTokens: number;
}

export interface Generation {
  readonly text: string;
  readonly reasoning: string;
  readonly finishReason: "stop" | "length";
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

export interface Engine {
  /** The model's own name for itself, `general.name` of its GGUF. */
  readonly name: string | undefined;
  readonly architecture: string;
  /** How many tokens a prompt and its answer may have together. */
  readonly contextTokens: number;
  generate(
    messages: readonly Message[],
    options: Partial<CompletionOptions>,
    signal: AbortSignal,
    onDelta?: OnDelta,
  ): Promise<Generation>;
}

const PROMPT_TOKENS = 4096;
/** A model this small is slower on a GPU, or on several threads, than on one. */
const TINY_BYTES = 64 * 2 ** 20;
/** Harmony's system message holds a date. Today's would make every day another prompt; this is the day gpt-oss came out. */
const PINNED_DATE = new Date("2025-08-05");

/**
 * Loads a GGUF and answers chats with it, several at a time in one context. A sequence keeps its tokens between
 * answers, so that the prefix that prompts share is evaluated once.
 * @throws UserError with llama.cpp's own reason if the model cannot be loaded.
 */
export async function loadEngine(
  { file, device, sequences, maxTokens }: EngineOptions,
  onProgress: (fraction: number) => void,
): Promise<Engine> {
  const tiny = (await stat(file)).size < TINY_BYTES;
  const log: string[] = [];
  const llama = await getLlama({
    gpu: tiny ? false : gpuOf(device),
    build: "never",
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => log.push(message.trim()),
  });
  if (device?.startsWith("cuda") && llama.gpu !== "cuda" && !tiny)
    throw new UserError(
      `DEVICE=${device}, but llama.cpp found ${llama.gpu || "no GPU"}: check the driver, or set DEVICE=cpu.`,
    );
  if (device === "mps" && llama.gpu !== "metal" && !tiny)
    throw new UserError(`DEVICE=mps, but this machine has no Metal: set DEVICE=cpu.`);
  try {
    const model = await llama.loadModel({ modelPath: file, onLoadProgress: onProgress });
    const contextSize = Math.min(maxTokens + PROMPT_TOKENS, model.trainContextSize);
    const threads = tiny ? 1 : llama.cpuMathCores;
    const context = await model.createContext({
      contextSize: { max: contextSize },
      sequences,
      threads,
      swaFullCache: true,
    });
    const idle = Array.from({ length: sequences }, () => context.getSequence());
    const contextTokens = idle[0]!.contextSize;
    const pool = sequencePool(idle);
    const { architecture, name } = model.fileInfo.metadata.general;
    return {
      name,
      architecture,
      contextTokens,
      generate: (...chat) => pool((sequence) => generate(model, sequence, ...chat)),
    };
  } catch (error) {
    // llama.cpp says why in its log, a tick after it has failed.
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw new UserError(`${file} cannot be loaded: ${log.at(0) ?? messageOf(error)}`);
  }
}

function gpuOf(device: string | undefined) {
  if (device === "cpu") return false;
  if (device === "mps") return "metal";
  return device ? "cuda" : "auto";
}

/** Lends each caller a sequence that nobody else uses; who comes when all are lent waits in line. */
function sequencePool(idle: LlamaContextSequence[]) {
  const waiting: ((sequence: LlamaContextSequence) => void)[] = [];
  return async <T>(use: (sequence: LlamaContextSequence) => Promise<T>): Promise<T> => {
    const sequence = idle.pop() ?? (await new Promise<LlamaContextSequence>((resolve) => waiting.push(resolve)));
    try {
      return await use(sequence);
    } finally {
      const next = waiting.shift();
      if (next) next(sequence);
      else idle.push(sequence);
    }
  };
}

async function generate(
  model: LlamaModel,
  sequence: LlamaContextSequence,
  messages: readonly Message[],
  options: Partial<CompletionOptions>,
  signal: AbortSignal,
  onDelta: OnDelta = () => {},
): Promise<Generation> {
  signal.throwIfAborted();
  const chatWrapper = wrapperFor(model, options.reasoningEffort);
  const chatHistory = toHistory(messages);
  const promptTokens = chatWrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer).length;
  const room = sequence.contextSize - promptTokens;
  if (room < 1)
    throw new UserError(`the prompt has ${promptTokens} tokens, but the context holds ${sequence.contextSize}`);
  const maxTokens = Math.min(options.maxTokens ?? room, room);
  const before = sequence.tokenMeter.getState();
  let reasoningTokens = 0;
  const chat = new LlamaChat({ contextSequence: sequence, chatWrapper });
  try {
    const { fullResponse, response, metadata } = await chat.generateResponse(chatHistory, {
      signal,
      maxTokens,
      temperature: options.temperature ?? 0,
      topP: options.topP ?? 1,
      topK: 0,
      repeatPenalty: false,
      budgets: { thoughtTokens: Number.POSITIVE_INFINITY, commentTokens: Number.POSITIVE_INFINITY },
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      onResponseChunk: ({ type, text, tokens }) => {
        if (type === "segment") reasoningTokens += tokens.length;
        if (text) onDelta(type === "segment" ? "reasoning" : "text", text);
      },
    });
    const reasoning = fullResponse.flatMap((part) => (typeof part === "string" ? [] : [part.text])).join("\n");
    // The meter also sees the markers of channels, which no chunk holds, and one token ahead.
    const completionTokens = Math.min(sequence.tokenMeter.diff(before).usedOutputTokens, maxTokens);
    const finishReason = metadata.stopReason === "maxTokens" ? "length" : "stop";
    return { text: response, reasoning, finishReason, promptTokens, completionTokens, reasoningTokens };
  } finally {
    chat.dispose();
  }
}

function wrapperFor(model: LlamaModel, reasoningEffort: ReasoningEffort | undefined): ChatWrapper {
  if (model.fileInfo.metadata.general.architecture !== "gpt-oss") return resolveChatWrapper(model);
  return new HarmonyChatWrapper({ todayDate: PINNED_DATE, ...(reasoningEffort ? { reasoningEffort } : {}) });
}

function toHistory(messages: readonly Message[]): ChatHistoryItem[] {
  const history = messages.map(({ role, content }): ChatHistoryItem => {
    const text = withoutMarkers(content);
    if (role === "assistant") return { type: "model", response: [text] };
    return { type: role, text };
  });
  return [...history, { type: "model", response: [] }];
}

/** node-llama-cpp parses special tokens inside plain text: a dataset could end its own message. A zero-width space stops that. */
const withoutMarkers = (text: string): string => text.replace(/<\|(?=\w+\|>)/g, "<\u200B|");
