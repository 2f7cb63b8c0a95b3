import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { BackendError } from "../../src/backend/errors.ts";
import { openStore, withStore } from "../../src/backend/store.ts";
import type { Backend, Completion, Prompt } from "../../src/types.ts";

const completion: Completion = {
  text: "42",
  reasoning: "",
  finishReason: "stop",
  usage: { promptTokens: 1, completionTokens: 1, reasoningTokens: 0 },
  latencyMs: 5,
  cached: false,
  retries: 0,
};
const prompt: Prompt = [{ role: "user", content: "?" }];
const options = { model: "m", temperature: 0, maxTokens: 10, seed: 0 };
const { signal } = new AbortController();
const newFile = () => join(mkdtempSync(join(tmpdir(), "store-")), "completions.sqlite");

function counting(answer: () => Completion) {
  let calls = 0;
  const backend: Backend = {
    async complete() {
      calls++;
      return answer();
    },
  };
  return { backend, calls: () => calls };
}

test("what was answered once is not asked again, and says that it is cached", async () => {
  const { backend, calls } = counting(() => completion);
  const stored = withStore(backend, openStore(newFile()), { read: true, source: "e" });
  expect(await stored.complete(prompt, options, signal)).toEqual(completion);
  expect(await stored.complete(prompt, options, signal)).toEqual({ ...completion, cached: true });
  expect(calls()).toBe(1);
});

test("without reading, every call is made and kept", async () => {
  const { backend, calls } = counting(() => completion);
  const store = openStore(newFile());
  const writeOnly = withStore(backend, store, { read: false, source: "e" });
  await writeOnly.complete(prompt, options, signal);
  await writeOnly.complete(prompt, options, signal);
  expect([calls(), store.count()]).toEqual([2, 1]);
});

test.each([
  ["another message", [{ role: "user", content: "!" }] as Prompt, options, "e"],
  ["another role", [{ role: "system", content: "?" }] as Prompt, options, "e"],
  ["another model", prompt, { ...options, model: "n" }, "e"],
  ["another temperature", prompt, { ...options, temperature: 1 }, "e"],
  ["another token limit", prompt, { ...options, maxTokens: 11 }, "e"],
  ["another seed, as a repeat has", prompt, { ...options, seed: 1 }, "e"],
  ["another top-p", prompt, { ...options, topP: 0.9 }, "e"],
  ["another effort", prompt, { ...options, reasoningEffort: "low" as const }, "e"],
  ["another endpoint", prompt, options, "f"],
])("%s is another request", async (_, otherPrompt, otherOptions, source) => {
  const { backend, calls } = counting(() => completion);
  const store = openStore(newFile());
  await withStore(backend, store, { read: true, source: "e" }).complete(prompt, options, signal);
  await withStore(backend, store, { read: true, source }).complete(otherPrompt, otherOptions, signal);
  expect(calls()).toBe(2);
});

test("a failure is never kept", async () => {
  const { backend } = counting(() => {
    throw new BackendError("quota", "no credits");
  });
  const store = openStore(newFile());
  await expect(
    withStore(backend, store, { read: true, source: "e" }).complete(prompt, options, signal),
  ).rejects.toThrow("no credits");
  expect(store.count()).toBe(0);
});

test("an answer that cannot be stored is still an answer, and the warning comes once", async () => {
  const { backend } = counting(() => completion);
  const store = openStore(newFile());
  store.close();
  const message = vi.spyOn(console, "error").mockImplementation(() => {});
  const unstored = withStore(backend, store, { read: false, source: "e" });
  expect(await unstored.complete(prompt, options, signal)).toEqual(completion);
  await unstored.complete(prompt, options, signal);
  expect(message).toHaveBeenCalledTimes(1);
  message.mockRestore();
});

test("two connections share one file", () => {
  const file = newFile();
  const [first, second] = [openStore(file), openStore(file)];
  first.put("a", completion);
  second.put("b", completion);
  expect([first.count(), second.get("a")]).toEqual([2, completion]);
});

const broken: Record<string, (file: string) => void> = {
  "a file that is no database": (file) => writeFileSync(file, "this is only text, long enough to look at".repeat(20)),
  "a file whose middle was overwritten": (file) => {
    const store = openStore(file);
    for (let n = 0; n < 100; n++) store.put(`key ${n}`, { ...completion, text: "x".repeat(1000) });
    store.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill("A", 2 * 4096, 20 * 4096));
  },
};

test.each(Object.entries(broken))("%s is set aside with a message, and a new one begun", (_, breakFile) => {
  const file = newFile();
  breakFile(file);
  const message = vi.spyOn(console, "error").mockImplementation(() => {});
  const store = openStore(file);
  store.put("a", completion);
  expect(store.count()).toBe(1);
  expect(message.mock.calls[0]![0]).toContain("a new one is begun");
  store.close();
  const names = readdirSync(join(file, ".."));
  expect(names.filter((name) => !name.includes(".broken-"))).toEqual(["completions.sqlite"]);
  expect(names.length).toBeGreaterThan(1);
  message.mockRestore();
});

test("cleared, nothing is stored", () => {
  const file = newFile();
  const store = openStore(file);
  store.put("a", completion);
  store.clear();
  expect(store.count()).toBe(0);
  expect(existsSync(file)).toBe(true);
});
