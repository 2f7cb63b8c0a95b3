import type { Readable } from "node:stream";
import { execa } from "execa";

/** How to start a sandboxed Python: `command` with `args`, and nothing of our environment but `env`. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A process that talks in lines. After it ended, `receive` gives undefined and `ending` says why. */
export interface LineProcess {
  send(line: string): void;
  receive(): Promise<string | undefined>;
  kill(): Promise<void>;
  ending(): Promise<string>;
  readonly alive: boolean;
}

/** The longest line that is accepted, in bytes: far above any HumanEval value, far below what would hurt. */
const maxLine = 2 ** 20;

/** Yields the lines of a stream, reading on only as they are asked for. Throws when a line is longer than `maxLine`. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString("utf8");
      parts = [];
      size = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > maxLine) throw new Error(`it sent a line of more than ${maxLine} bytes`);
  }
}

/** Starts a process in a group of its own; it is killed with all its descendants by `kill` and when this process exits. */
export function start({ command, args, env }: Command): LineProcess {
  const child = execa(command, args, {
    env,
    extendEnv: false,
    reject: false,
    killDescendants: true,
    killSignal: "SIGKILL",
    stdio: "pipe",
    encoding: "buffer",
    buffer: { stdout: false, stderr: true },
    maxBuffer: { stderr: 2 ** 16 },
    cwd: "/",
  });
  const lines = linesOf(child.stdout);
  let broken = "";
  let alive = true;
  const ended = child.then((result) => {
    alive = false;
    return result;
  });
  child.stdin.on("error", () => {}); // EPIPE of a process that is gone: `receive` tells.

  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    child.stdout.destroy();
    await ended;
  };
  return {
    send: (line) => void child.stdin.write(`${line}\n`),
    async receive() {
      try {
        const next = await lines.next();
        return next.done ? undefined : next.value;
      } catch (error) {
        broken ||= alive ? (error as Error).message : "";
        await kill();
        return undefined;
      }
    },
    kill,
    async ending() {
      const { exitCode, signal, stderr, originalMessage } = await ended;
      if (broken) return broken;
      // 137 is how bwrap says that what it ran was killed.
      if (signal === "SIGKILL" || exitCode === 137) return "killed, as it is at the CPU limit";
      const how = signal ?? (exitCode === undefined ? originalMessage : `exit code ${exitCode}`);
      const said = Buffer.from(stderr ?? [])
        .toString("utf8")
        .trim()
        .slice(-500);
      return said ? `${how}: ${said}` : `${how}`;
    },
    get alive() {
      return alive;
    },
  };
}
