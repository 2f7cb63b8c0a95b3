import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createConversation } from "../../src/cli/chat/conversation.ts";
import { createPasteFilter } from "../../src/cli/chat/paste.ts";
import { chatEvents, chunk, type Reply, startChatServer } from "../chat-server.ts";
import { createProject, demoModel } from "../project.ts";

let project: ReturnType<typeof createProject>;
beforeEach(() => {
  project = createProject({});
  onTestFinished(project.remove);
});

function chat(input: string, flags: readonly string[], env: Record<string, string> = {}) {
  const { PATH = "", HOME = "" } = process.env;
  return execa(process.execPath, [join(import.meta.dirname, "../../src/cli/chat.ts"), ...flags], {
    cwd: project.root,
    env: { PATH, HOME, NO_COLOR: "1", ...env },
    extendEnv: false,
    reject: false,
    input,
  });
}

test("a piped question gets the answer alone, from the demo model", async () => {
  const { stdout, exitCode } = await chat("What is 20 + 30?\n", ["local", "--local-model", demoModel]);
  expect({ stdout, exitCode }).toEqual({ stdout: "50", exitCode: 0 });
});

test("the request is an eval's: rendered system prompt, parameters, and the whole input as one question", async () => {
  const { url, requests } = await startChatServer(() => ({ events: chatEvents(["ok"], ["hm"]) }));
  project.write("prompts/mine.txt", "Speak {{ 'plainly' }}.\n");
  const flags = ["hf_api", "prompts/mine.txt", "--endpoint", url, "--max-tokens", "50", "--top-p", "0.5"];
  const env = { EVAL_TEMPERATURE: "0.7", EVAL_REPEATS: "5", EVAL_LIMIT: "3", EVAL_ENDPOINT_TOKEN: "secret" };
  const { stdout, stderr, exitCode } = await chat("first\n/exit\n", flags, env);
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: "ok", stderr: "", exitCode: 0 });
  expect(requests[0]!.headers.authorization).toBe("Bearer secret");
  expect(requests[0]!.body).toEqual({
    model: "openai/gpt-oss-20b",
    messages: [
      { role: "system", content: "Speak plainly." },
      { role: "user", content: "first\n/exit" },
    ],
    temperature: 0.7,
    max_tokens: 50,
    seed: 0,
    top_p: 0.5,
    reasoning_effort: "low",
    stream: true,
    stream_options: { include_usage: true },
  });
});

test.each<[string, Reply, RegExp]>([
  ["402", { status: 402 }, /^quota: HTTP 402/],
  ["a cut stream", { events: [chunk({ content: "half" })] }, /stopped in the middle of the answer$/],
])("piped, %s is one line on stderr and exit code 1", async (_, reply, message) => {
  const { url } = await startChatServer(() => reply);
  const { stderr, exitCode } = await chat("?", ["--endpoint", url]);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain("\n");
  expect(exitCode).toBe(1);
});

test.each<[string[], string]>([
  [["--limit", "3"], "Unknown option '--limit'"],
  [["cloud"], '--backend: "cloud" is not accepted; it takes hf_api or local.'],
  [["local", "prompts/system_v1.txt", "more"], 'not also "more"'],
  [["--prompt", "system_v1", "--prompt", "question"], "chat takes one --prompt, not 2."],
  [["local", "prompts/question.txt"], 'prompt file prompts/question.txt uses "question"'],
  [["local", "--local-model", "none.gguf"], "none.gguf does not exist"],
])("%j is refused in one line", async (flags, message) => {
  const { stdout, stderr, exitCode } = await chat("?", flags);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("    at ");
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
});

test("where a server refuses too long a prompt, the oldest turns leave until it fits, and it is said", async () => {
  const tooLong = {
    error: { message: "This model's maximum context length is 100 tokens. However, you requested 120." },
  };
  const { url, requests } = await startChatServer(({ body }) =>
    body.messages.length > 4 ? { status: 400, body: tooLong } : { events: chatEvents([`answer ${requests.length}`]) },
  );
  const options = { model: "m", temperature: 0, maxTokens: 10, seed: 0 };
  const forgotten: number[] = [];
  const conversation = createConversation({
    system: { role: "system", content: "Be brief." },
    connect: async () => ({ endpoint: { url, token: undefined }, options, contextTokens: undefined }),
    onForget: (turns) => forgotten.push(turns),
  });
  const signal = AbortSignal.timeout(20_000);
  for (const question of ["one", "two", "three"]) await conversation.ask(question, signal, () => {});
  expect(forgotten).toEqual([1]);
  expect(conversation.turns.map(({ question }) => question)).toEqual(["two", "three"]);
  expect(requests.at(-1)!.body.messages.map(({ content }) => content)).toEqual([
    "Be brief.",
    "two",
    "answer 2",
    "three",
  ]);
});

test("a retry that fails keeps the answer that was there", async () => {
  const { url } = await startChatServer(({ index }) =>
    index === 0 ? { events: chatEvents(["first"]) } : { status: 402 },
  );
  const options = { model: "m", temperature: 1, maxTokens: 10, seed: 0 };
  const conversation = createConversation({
    system: { role: "system", content: "" },
    connect: async () => ({ endpoint: { url, token: undefined }, options, contextTokens: undefined }),
  });
  const signal = AbortSignal.timeout(20_000);
  await conversation.ask("one", signal, () => {});
  await expect(conversation.retry(signal, () => {})).rejects.toThrow("402");
  expect(conversation.turns).toEqual([{ question: "one", answer: "first" }]);
});

test("a bracketed paste becomes one line wherever its bytes are split, and its control characters go", () => {
  const sent = "a\u001b[200~one\r\ntwo\rthree\n\u0003\u001b[31mfour\u001b[201~\r";
  for (let split = 2; split < sent.length; split++) {
    const filter = createPasteFilter();
    const got = filter(sent.slice(0, split)) + filter(sent.slice(split));
    // Split after the Escape that opens it, a mark is a key press.
    if (split !== 2) expect(got.replace("⏎⏎", "⏎")).toBe("aone⏎two⏎three⏎[31mfour\r");
  }
});
