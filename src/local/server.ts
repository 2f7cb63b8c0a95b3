/**
 * The process that holds a GGUF model: serves the chat-completions protocol on 127.0.0.1 to whoever has the secret.
 * Its parent starts it with a LaunchMessage over IPC; it ends when the parent does.
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { HTTPException } from "hono/http-exception";
import { messageOf, UserError } from "../errors.ts";
import type { Message, ReasoningEffort } from "../types.ts";
import { downloadModel } from "./download.ts";
import { type Engine, loadEngine } from "./engine.ts";
import type { LaunchMessage, ServerMessage } from "./launch.ts";
import { findModelFile } from "./model-file.ts";

interface ChatRequest {
  messages: Message[];
  temperature?: number;
  max_tokens?: number;
  top_p?: number;
  seed?: number;
  reasoning_effort?: ReasoningEffort;
}

const tell = (message: ServerMessage): void => void process.send?.(message);

process.once("message", (message: LaunchMessage) => {
  launch(message).catch((error: unknown) => {
    process.send?.({ type: "failed", message: messageOf(error) } satisfies ServerMessage, () => process.exit(1));
  });
});
process.once("disconnect", () => process.exit());

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
    } = await context.req.json<ChatRequest>();
    const options = {
      temperature,
      topP: top_p,
      seed: seed ?? 0,
      reasoningEffort: reasoning_effort,
      ...(max_tokens ? { maxTokens: max_tokens } : {}),
    };
    const { text, reasoning, finishReason, ...usage } = await engine.generate(
      messages,
      options,
      context.req.raw.signal,
    );
    return context.json({
      object: "chat.completion",
      choices: [{ index: 0, finish_reason: finishReason, message: { role: "assistant", content: text, reasoning } }],
      usage: {
        prompt_tokens: usage.promptTokens,
        completion_tokens: usage.completionTokens,
        total_tokens: usage.promptTokens + usage.completionTokens,
        completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
      },
    });
  });
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    return context.json({ error: { message: messageOf(error) } }, error instanceof UserError ? 400 : 500);
  });
  return app;
}
