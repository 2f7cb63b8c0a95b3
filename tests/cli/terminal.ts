import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa, execaSync } from "execa";

/** Why there is no terminal to test in, or false. */
export const noTerminal: string | false =
  execaSync("tmux", ["-V"], { reject: false }).failed && "tmux is not installed";

/** A program in a pseudo-terminal of its own, driven by keys and read from its screen. */
export async function openTerminal(
  command: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Terminal> {
  // tmux leaves its socket behind; the project goes, and the socket with it.
  const socket = join(cwd, `tmux-${randomUUID().slice(0, 8)}`);
  const { PATH = "", HOME = "" } = process.env;
  const environment = { PATH, HOME, LANG: "C.UTF-8", TERM: "xterm-256color", ...env };
  const tmux = (...args: string[]) =>
    execa("tmux", ["-S", socket, "-u", "-f", "/dev/null", ...args], { env: environment, extendEnv: false });
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  await tmux("new-session", "-d", "-x", "100", "-y", "50", "-c", cwd, `${quoted}; echo "left with $?"; sleep 600`);
  // -J joins what the terminal has wrapped, -S - begins with what has scrolled away.
  const screen = async () => stripVTControlCharacters((await tmux("capture-pane", "-p", "-J", "-S", "-")).stdout);
  return {
    keys: async (...keys) => void (await tmux("send-keys", ...keys)),
    async paste(text) {
      await tmux("set-buffer", text);
      await tmux("paste-buffer", "-p");
    },
    screen,
    async shows(pattern) {
      for (const until = Date.now() + 25_000; ; ) {
        const text = (await screen()).trimEnd();
        if (pattern.test(text)) return text;
        if (Date.now() > until) throw new Error(`the screen never showed ${pattern}:\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: async () => void (await tmux("kill-server")),
  };
}

export interface Terminal {
  /** Types; names such as Enter, C-c or BSpace are keys. */
  keys(...keys: string[]): Promise<void>;
  /** Pastes as terminals do, in brackets where the program asks for them. */
  paste(text: string): Promise<void>;
  screen(): Promise<string>;
  /** Waits until the screen, without the empty lines at its end, shows this. */
  shows(pattern: RegExp): Promise<string>;
  close(): Promise<void>;
}
