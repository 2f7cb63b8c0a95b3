import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf, UserError } from "../errors.ts";
import type { Backend, Completion, CompletionOptions, Prompt } from "../types.ts";

/** Completions by the request that they answer. Two processes may use one file at a time. */
export interface Store {
  get(key: string): Completion | undefined;
  put(key: string, completion: Completion): void;
  count(): number;
  clear(): void;
  close(): void;
}

export interface StoredBackend extends Backend {
  /** The completion that would be given without a call. */
  stored(prompt: Prompt, options: CompletionOptions): Completion | undefined;
}

/** Opens the store of completions, a SQLite file. A file that is broken is set aside, with a message, and a new one begun. */
export function openStore(file: string): Store {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw new UserError(`completions cannot be stored in ${dirname(file)}: ${messageOf(error)}`);
  }
  try {
    return connect(file);
  } catch (error) {
    if (!isCorrupt(error)) throw new UserError(`completions cannot be stored in ${file}: ${messageOf(error)}`);
    const aside = `${file}.broken-${Date.now()}`;
    // With its journal, which would otherwise be taken for the new file's.
    for (const suffix of ["", "-wal", "-shm"]) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
    console.error(
      `the store of completions could not be read (${messageOf(error)}): it is now ${aside}, and a new one is begun.`,
    );
    return connect(file);
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, https://www.sqlite.org/rescode.html. A file that is locked or may not be written is not broken. */
const CORRUPT = 11;
const isCorrupt = (error: unknown): boolean =>
  [CORRUPT, 26].includes(Number((error as { errcode?: number }).errcode) & 0xff);

function connect(file: string): Store {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec(
      "CREATE TABLE IF NOT EXISTS completions (key TEXT PRIMARY KEY, completion TEXT NOT NULL) WITHOUT ROWID",
    );
    const { quick_check } = database.prepare("PRAGMA quick_check(1)").get() ?? {};
    if (quick_check !== "ok") throw Object.assign(new Error(String(quick_check)), { errcode: CORRUPT });
  } catch (error) {
    database.close();
    throw error;
  }
  const select = database.prepare("SELECT completion FROM completions WHERE key = ?");
  const insert = database.prepare("INSERT OR REPLACE INTO completions VALUES (?, ?)");
  const total = database.prepare("SELECT count(*) AS total FROM completions");
  return {
    get(key) {
      const row = select.get(key);
      return row ? (JSON.parse(String(row.completion)) as Completion) : undefined;
    },
    put: (key, completion) => void insert.run(key, JSON.stringify(completion)),
    count: () => Number(total.get()?.total),
    clear: () => database.exec("DELETE FROM completions; VACUUM"),
    close: () => database.close(),
  };
}

/**
 * Keeps every completion of `backend` as it arrives, and with `read` answers from the store where it can. Failures are
 * never kept. `source` says whose completions they are: the endpoint, or the local model's fingerprint.
 */
export function withStore(
  backend: Backend,
  store: Store,
  { read, source }: { read: boolean; source: string },
): StoredBackend {
  let warned = false;
  const keep = (key: string, completion: Completion): void => {
    try {
      store.put(key, completion);
    } catch (error) {
      // A full disk must not cost an answer that is already here.
      if (!warned) console.error(`completions are not stored any more: ${messageOf(error)}`);
      warned = true;
    }
  };
  const get = (key: string) => (read ? store.get(key) : undefined);
  return {
    stored: (prompt, options) => get(keyOf(source, prompt, options)),
    async complete(prompt, options, signal) {
      const key = keyOf(source, prompt, options);
      const found = get(key);
      if (found) return { ...found, cached: true };
      const completion = await backend.complete(prompt, options, signal);
      keep(key, completion);
      return completion;
    },
  };
}

/** Whatever changes the answer is in the key; a repeat has a seed of its own. No token is. */
function keyOf(
  source: string,
  prompt: Prompt,
  { model, temperature, maxTokens, seed, topP, reasoningEffort }: CompletionOptions,
): string {
  const messages = prompt.map(({ role, content }) => [role, content]);
  const request = [source, model, messages, temperature, maxTokens, seed, topP ?? null, reasoningEffort ?? null];
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}
