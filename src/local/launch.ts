import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { execaNode } from "execa";
import { UserError } from "../errors.ts";

/** What the parent sends to the model's process. */
export interface LaunchMessage {
  readonly model: string;
  /** Where downloads go. */
  readonly folder: string;
  readonly device: string | undefined;
  readonly sequences: number;
  readonly maxTokens: number;
  readonly secret: string;
}

/** What the model's process answers: any number of `progress`, then `ready` or `failed`. */
export type ServerMessage =
  | { type: "progress"; phase: "downloading" | "loading"; fraction: number }
  | { type: "ready"; url: string; file: string; name: string | undefined; architecture: string; contextTokens: number }
  | { type: "failed"; message: string };

export interface LocalModel {
  readonly url: string;
  readonly token: string;
  readonly file: string;
  readonly name: string | undefined;
  readonly architecture: string;
  /** How many tokens a prompt and its answer may have together. */
  readonly contextTokens: number;
  /** Why the process has ended, or undefined while it lives. */
  ended(): string | undefined;
  stop(): Promise<void>;
}

type Ready = Extract<ServerMessage, { type: "ready" }>;
type Progress = (phase: "downloading" | "loading", fraction: number) => void;

/**
 * Starts the process that holds a local model and waits until it serves. It ends with this process.
 * @throws UserError with one line if the model cannot be found, downloaded or loaded.
 */
export async function launchLocalModel(
  options: Omit<LaunchMessage, "secret">,
  onProgress: Progress,
): Promise<LocalModel> {
  const secret = randomUUID();
  const subprocess = execaNode(fileURLToPath(new URL("server.ts", import.meta.url)), {
    ipc: true,
    serialization: "json",
    nodeOptions: ["--disable-warning=ExperimentalWarning"],
    stdin: "ignore",
    stdout: "ignore",
    // A native crash explains itself there.
    stderr: "inherit",
    reject: false,
    env: visibleDevices(options.device),
  });
  const child = subprocess.nodeChildProcess;
  let ended: string | undefined;
  const end = subprocess.then(({ signal, exitCode }) => {
    ended = signal ? `was killed by ${signal}` : `ended with exit code ${exitCode}`;
    return ended;
  });
  const { type: _, ...ready } = await new Promise<Ready>((resolve, reject) => {
    child.on("message", (message: ServerMessage) => {
      if (message.type === "progress") onProgress(message.phase, message.fraction);
      if (message.type === "ready") resolve(message);
      if (message.type === "failed") reject(new UserError(message.message));
    });
    void end.then((how) => reject(new UserError(`the process that loads ${options.model} ${how}.`)));
    child.send({ ...options, secret } satisfies LaunchMessage);
  });
  // Vitest must be able to end while the model is loaded; the model's process then ends by itself.
  child.unref();
  child.channel?.unref();
  return {
    ...ready,
    token: secret,
    ended: () => ended,
    async stop() {
      subprocess.kill();
      await end;
    },
  };
}

/** `cuda:1` means the second card, and nothing but it. */
function visibleDevices(device: string | undefined): NodeJS.ProcessEnv {
  const card = device?.match(/^cuda:(\d+)$/)?.[1];
  return card ? { CUDA_VISIBLE_DEVICES: card } : {};
}
