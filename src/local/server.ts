/**
 * The process that holds a GGUF model: serves the chat-completions protocol on 127.0.0.1 to whoever has the secret.
 * Its parent starts it with a LaunchMessage over IPC; it ends when the parent does.
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { HTTPException } from "hono/http-exception";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { messageOf, UserError } from "../errors.ts";
import type { CompletionOptions, Message, ReasoningEffort } from "../types.ts";
import { downloadModel } from "./download.ts";
import { type Engine, type Generation, loadEngine } from "./engine.ts";
import type { LaunchMessage, ServerMessage } from "./launch.ts";
import { findModelFile } from "./model-file.ts";

interface ChatRequest {
  messages: Message[];
  temperature?: number;
  max_tokens?: number;
  top_p?: number;
  seed?: number;
  reasoning_effort?: ReasoningEffort;
  stream?: boolean;
}

const tell = (message: ServerMessage): void => void process.send?.(message);

process.once("message", (message: LaunchMessage) => {
  launch(message).catch((error: unknown) => {
    process.send?.({ type: "failed", message: messageOf(error) } satisfies ServerMessage, () => process.exit(1));
  });
});
process.once("disconnect", () => process.exit());
// A terminal sends Ctrl-C to all its processes; the parent may still want what is being answered.
process.on("SIGINT", () => {});

async function launch({ model, folder, device, sequences, maxTokens, secret }: LaunchMessage): Promise<void> {
  const progress = (phase: "downloading" | "loading") => (fraction: number) =>
    tell({ type: "progress", phase, fraction });
  const file = await findModelFile(
    model.startsWith("hf:") ? await downloadModel(model, folder, progress("downloading")) : model,
  );
  const engine = await loadEngine({ file, device, sequences, maxTokens }, progress("loading"));
  const server = serve({ fetch: routes(engine, secret).fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
    tell({
      type: "ready",
      url: `http://127.0.0.1:${port}/v1`,
      file,
      name: engine.name,
      architecture: engine.architecture,
      contextTokens: engine.contextTokens,
    });
  });
  server.on("error", (error: Error) => tell({ type: "failed", message: error.message }));
}

function routes(engine: Engine, secret: string): Hono {
  const app = new Hono();
  app.use(bearerAuth({ token: secret }));
  app.post("/v1/chat/completions", async (context) => {
    const {
      messages,
      temperature = 0,
      max_tokens,
      top_p,
      seed,
      reasoning_effort,
      stream = false,
    } = await context.req.json<ChatRequest>();
    const options = {
      temperature,
      topP: top_p,
      seed: seed ?? 0,
      reasoningEffort: reasoning_effort,
      ...(max_tokens ? { maxTokens: max_tokens } : {}),
    };
    const { signal } = context.req.raw;
    if (stream) return streamSSE(context, (events) => streamChunks(engine, messages, options, signal, events));
    const generation = await engine.generate(messages, options, signal);
    const { text, reasoning, finishReason } = generation;
    return context.json({
      object: "chat.completion",
      choices: [{ index: 0, finish_reason: finishReason, message: { role: "assistant", content: text, reasoning } }],
      usage: toUsage(generation),
    });
  });
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    return context.json({ error: { message: messageOf(error) } }, error instanceof UserError ? 400 : 500);
  });
  return app;
}

/** The answer as events: a chunk per piece, then the finish reason with the usage, or an error. */
async function streamChunks(
  engine: Engine,
  messages: Message[],
  options: Partial<CompletionOptions>,
  client: AbortSignal,
  events: SSEStreamingApi,
): Promise<void> {
  const gone = new AbortController();
  events.onAbort(() => gone.abort());
  const send = (data: object) => events.writeSSE({ data: JSON.stringify(data) });
  const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) =>
    send({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }], ...more });
  const signal = AbortSignal.any([client, gone.signal]);
  try {
    const generation = await engine.generate(messages, options, signal, (channel, piece) => {
      void chunk(channel === "text" ? { content: piece } : { reasoning: piece });
    });
    await chunk({}, generation.finishReason, { usage: toUsage(generation) });
    await events.writeSSE({ data: "[DONE]" });
  } catch (error) {
    await send({ error: { message: messageOf(error), code: error instanceof UserError ? 400 : 500 } });
  }
}

const toUsage = ({ promptTokens, completionTokens, reasoningTokens }: Generation) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  completion_tokens_details: { reasoning_tokens: reasoningTokens },
});
