import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { dim } from "./answer.ts";
import { createPasteFilter, NEWLINE } from "./paste.ts";

const CTRL_C = "\u0003";
const HISTORY_LINES = 1000;

export interface Input {
  /** The next message, of one or more lines; undefined when the user leaves. */
  read(prompt?: string): Promise<string | undefined>;
  /** Runs something that Ctrl-C stops, and a second Ctrl-C leaves; other keys wait until it is done. */
  stoppable<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * Reads messages from the terminal with node:readline: editing, history over sessions, pasted and continued lines.
 * Keys reach readline only while a message is asked for, so that typing ahead does not write into an answer.
 */
export function openInput(historyFile: string, commands: readonly string[]): Input {
  const { stdin, stdout } = process;
  const keys = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => stdin.setRawMode(on) });
  const editor = createInterface({
    input: keys,
    output: stdout,
    terminal: true,
    history: readHistory(historyFile),
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string) => [line.startsWith("/") ? commands.filter((name) => name.startsWith(line)) : [], line],
  });
  const filterPaste = createPasteFilter();
  let typed = "";
  let waiting: ((message: string | undefined) => void) | undefined;
  let running: AbortController | undefined;
  let continued: string[] = [];
  let ended = false;
  let leaveNext = false;

  stdin.setEncoding("utf8").on("data", (chunk: string) => {
    if (running && chunk.includes(CTRL_C)) return stop(running);
    typed += filterPaste(chunk);
    feed();
  });
  stdin.on("end", () => editor.close());

  /** Gives readline what was typed, up to the end of the message: the rest belongs to the next one. */
  function feed(): void {
    while (waiting && typed !== "") {
      const [part = typed] = /^([^\r\n]+|[\r\n])/.exec(typed) ?? [];
      typed = typed.slice(part.length);
      keys.emit("data", part);
      if (part.length > 1 && waiting !== undefined) redraw();
    }
  }

  /** Of several characters at once, as input methods send, readline shows too little and does not count their rows. */
  function redraw(): void {
    const { rows, cols } = editor.getCursorPos();
    // A terminal begins a row with the first character of it.
    if (rows > 0 && cols === 0) stdout.write(" ");
    Object.assign(editor, { prevRows: rows });
    editor.prompt(true);
  }

  function stop(run: AbortController): void {
    typed = "";
    if (run.signal.aborted) process.exit();
    leaveNext = true;
    run.abort();
  }

  function settle(message: string | undefined): void {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(message);
  }

  function prompt(text: string): void {
    editor.setPrompt(text);
    editor.prompt();
  }

  // readline remembers line by line; a continued message is remembered as one.
  editor.on("history", (history: string[]) => {
    if (history[0]?.endsWith("\\")) history.shift();
    else if (continued.length > 0) history[0] = [...continued, history[0]].join(NEWLINE);
  });
  editor.on("line", (line) => {
    leaveNext = false;
    if (line.endsWith("\\")) {
      continued.push(line.slice(0, -1));
      return prompt("… ");
    }
    const message = [...continued, line].join("\n").replaceAll(NEWLINE, "\n").trim();
    continued = [];
    if (message !== "") appendFileSync(historyFile, `${message.replaceAll("\n", NEWLINE)}\n`, { mode: 0o600 });
    settle(message);
  });
  editor.on("SIGINT", () => {
    const empty = editor.line === "" && continued.length === 0;
    if (empty && leaveNext) return editor.close();
    continued = [];
    editor.write(null, { ctrl: true, name: "e" });
    editor.write(null, { ctrl: true, name: "u" });
    stdout.write(dim("\n(Ctrl-C again leaves)\n"));
    leaveNext = true;
    prompt("> ");
  });
  editor.on("close", () => {
    ended = true;
    if (waiting) stdout.write("\n");
    settle(undefined);
  });

  stdout.write("\u001b[?2004h");
  process.once("exit", () => stdout.write("\u001b[?2004l"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

  return {
    read(text = "> ") {
      if (ended) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting = resolve;
        prompt(text);
        feed();
      });
    },
    async stoppable(run) {
      running = new AbortController();
      try {
        return await run(running.signal);
      } finally {
        running = undefined;
      }
    },
    close: () => editor.close(),
  };
}

/** The messages of earlier sessions, the newest first, as readline wants them. */
function readHistory(file: string): string[] {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).slice(-HISTORY_LINES).reverse();
  } catch {
    return [];
  }
}
