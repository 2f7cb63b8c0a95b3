import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type ChatRequest, chatEvents, chunk, type Reply, startChatServer } from "../chat-server.ts";
import { additionEval, createProject, demoModel } from "../project.ts";
import { noTerminal, openTerminal, type Terminal } from "./terminal.ts";

const chat = join(import.meta.dirname, "../../src/cli/chat.ts");

let project: ReturnType<typeof createProject>;
beforeEach((context) => {
  if (noTerminal) context.skip(noTerminal);
  project = createProject({});
  onTestFinished(project.remove);
});

async function open(...flags: string[]): Promise<Terminal> {
  const terminal = await openTerminal([process.execPath, chat, ...flags], project.root);
  onTestFinished(terminal.close);
  await terminal.shows(/^> *$/m);
  return terminal;
}

const question = ({ body }: ChatRequest): string => body.messages.at(-1)!.content;

test("each command does what /help says", async () => {
  const { url, requests } = await startChatServer((request) => ({
    events: chatEvents(["answer ", `to ${question(request)}`], ["some ", "thought"]),
  }));
  const { keys, shows } = await open("--endpoint", url, "--model", "m");
  await keys("one", "Enter");
  const first = await shows(/tokens\/s · stop\n>$/);
  expect(first).toMatch(
    /> one\nsome thought\n\nanswer to one\n5 tokens in, 7 out \(3 reasoning\) · [\d.]+ tokens\/s · stop/,
  );
  await keys("/reasoning off", "Enter", "two", "Enter");
  expect(await shows(/answer to two\n.*stop\n>$/)).toMatch(/> two\nanswer to two\n/);
  await keys("/history", "Enter");
  await shows(/\n2 turns\n>$/);
  await keys("/history full", "Enter");
  await shows(/system: Be brief\.\nyou: one\nmodel: answer to one\nyou: two\nmodel: answer to two\n2 turns\n>$/);
  await keys("/retry", "Enter");
  await shows(/> \/retry\nanswer to two\n.*stop\n>$/);
  await keys("/history", "Enter");
  await shows(/\/history\n2 turns\n>$/);
  await keys("/reset", "Enter", "three", "Enter");
  await shows(/answer to three\n.*stop\n>$/);
  await keys("/help", "Enter");
  await shows(/\/exit +leaves(.|\n)*\/retry +asks the last question again(.|\n)*>$/);
  await keys("/nothing", "Enter");
  await shows(/there is no command \/nothing; \/help lists them\n>$/);
  await keys("/quit", "Enter");
  await shows(/left with 0$/);

  const sent = requests.map(({ body }) => [body.seed, body.messages.map(({ content }) => content)]);
  const one = ["Be brief.", "one", "answer to one"];
  expect(sent).toEqual([
    [0, ["Be brief.", "one"]],
    [0, [...one, "two"]],
    [1, [...one, "two"]],
    [0, ["Be brief.", "three"]],
  ]);
});

test("Ctrl-C stops the answer and the server's work, what was said is kept, and a second one leaves", async () => {
  const { url, requests } = await startChatServer(() => ({
    events: chatEvents(Array(600).fill("word ")),
    pauseMs: 50,
  }));
  const { keys, shows } = await open("--endpoint", url);
  await keys("go on", "Enter");
  await shows(/word word/);
  await keys("C-c");
  await shows(/word *\nstopped .*\n>$/);
  expect(await requests[0]!.left).toBe(true);
  await keys("/history full", "Enter");
  await shows(/you: go on\nmodel: word word[^\n]*\n1 turn\n>$/);
  await keys("half a line", "C-c");
  await shows(/\(Ctrl-C again leaves\)\n>$/);
  await keys("C-c");
  await shows(/left with 0$/);
});

test("wide characters, pasted lines and continued lines arrive as they were meant; history lasts over sessions", async () => {
  const { url, requests } = await startChatServer(() => ({ events: chatEvents(["ok"]) }));
  const first = await open("--endpoint", url);
  await first.keys("你好嗎", "Left", "BSpace", "們", "Home", "Right", "、", "End", "？");
  await first.shows(/\n> 你、們嗎？$/);
  await first.keys("BSpace", "BSpace", "Enter");
  await first.shows(/> 你、們\nok\n.*stop\n>$/);
  await first.paste("line one\n\tline two\n");
  await first.shows(/> line one⏎ +line two⏎$/);
  await first.keys("Enter");
  await first.shows(/ok\n.*stop\n>$/);
  await first.keys("above\\", "Enter", "below", "Enter");
  await first.shows(/> above\\\n… below\nok\n.*stop\n>$/);
  await first.keys("x".repeat(250), "Left", "BSpace", "yz", "C-a", "一二");
  await first.shows(/\n> 一二x{248}yzx$/);
  await first.keys("C-c");
  await first.shows(/leaves\)\n>$/);
  await first.keys("C-d");
  await first.shows(/left with 0$/);

  const second = await open("--endpoint", url);
  await second.keys("Up", "Enter");
  await second.shows(/> above⏎below\nok\n.*stop\n>$/);
  expect(requests.map(question)).toEqual(["你、們", "line one\n\tline two", "above\nbelow", "above\nbelow"]);
});

test("a failure is one line, the conversation stays, and /retry asks again", async () => {
  const failures: Reply[] = [
    { status: 402, body: { error: "You have exceeded your monthly included credits" } },
    { status: 401 },
    { events: [chunk({ content: "half an" })] },
    { events: [chunk({ content: "half an" })], hangUp: "halfway" },
  ];
  const { url, requests, close } = await startChatServer(({ index }) =>
    index === 0 ? { events: chatEvents(["fine"]) } : (failures[index - 1] ?? { events: chatEvents(["well"]) }),
  );
  const { keys, shows } = await open("--endpoint", url);
  await keys("one", "Enter");
  await shows(/fine\n.*stop\n>$/);
  await keys("two", "Enter");
  await shows(/> two\nquota: HTTP 402: You have exceeded .* · \/retry asks again\n>$/);
  await keys("/retry", "Enter");
  await shows(/> \/retry\n.*refused the token.*check HF_TOKEN.*\n>$/);
  await keys("/retry", "Enter");
  await shows(/half an\n.*stopped in the middle of the answer.*\n>$/);
  await keys("/retry", "Enter");
  await shows(/half an\nthe connection to .* broke.*\n>$/);
  await keys("/retry", "Enter");
  await shows(/well\n.*stop\n>$/);
  expect(requests.at(-1)!.body.messages.map(({ content }) => content)).toEqual(["Be brief.", "one", "fine", "two"]);
  await close();
  await keys("three", "Enter");
  await shows(/> three\nnothing answers at .*ECONNREFUSED.*\n>$/);
  await keys("/history", "Enter");
  await shows(/\n2 turns\n>$/);
});

test("a wrong item opens as a conversation, and an exchange is saved as a dataset row", async () => {
  const { url, requests } = await startChatServer(() => ({ events: chatEvents(["It is Paris."]) }));
  for (const [path, text] of Object.entries(additionEval("sums", 1))) project.write(path, text);
  project.write("prompts/system_v1.txt", "Count.");
  await project.run(["--", "--local-model", demoModel, "--max-tokens", "2"]);
  project.write("prompts/system_v1.txt", "Be brief.");
  const { keys, shows } = await open("--endpoint", url, "--from", "sums/0");
  await shows(/system: Count\.\n(.*\n)*sums\/0: incorrect, .* expected 0 .*\n>$/);
  await keys("/retry", "Enter");
  await shows(/It is Paris\.\n.*stop\n>$/);
  expect(requests[0]!.body.messages.map(({ content }) => content)).toEqual(["Count.", "What is 0 + 0?"]);
  await keys("/save paris", "Enter");
  await shows(/contains Paris\ncheck:$/);
  await keys("contains Paris", "Enter");
  await shows(/saved; npx vitest run evals\/smoke -- --dataset datasets\/mine\.jsonl\n>$/);
  await keys("/save paris", "Enter", "exact Paris", "Enter");
  await shows(/not saved: datasets\/mine\.jsonl has a row "paris" already.*\n>$/);
  expect(readFileSync(join(project.root, "datasets/mine.jsonl"), "utf8")).toBe(
    '{"id":"paris","question":"What is 0 + 0?","contains":"Paris"}\n',
  );
});

test("what is typed while an answer runs waits for it, and Ctrl-C before the first token takes it back", async () => {
  const { url, requests } = await startChatServer(({ index }) => ({
    events: chatEvents(["slow"]),
    delayMs: index === 0 ? 1000 : index === 2 ? 60_000 : 0,
  }));
  const { keys, shows } = await open("--endpoint", url);
  await keys("one", "Enter");
  await shows(/waiting/);
  await keys("two", "Enter");
  await shows(/> one\nslow\n.*stop\n> two\nslow\n.*stop\n>$/);
  await keys("three", "Enter");
  await shows(/waiting/);
  await keys("four", "Enter", "C-c");
  await shows(/> three\nstopped.*\n>$/);
  expect(requests.map(question)).toEqual(["one", "two", "three"]);
});

test("the demo model talks, forgets its oldest turns where its context ends, and comes back when its process dies", async () => {
  const { keys, paste, shows } = await open("local", "--local-model", demoModel, "--max-tokens", "60");
  await shows(/^the demo model, not gpt-oss, on this machine · prompts\/system_v1\.txt/);
  await keys("What is 20 + 30?", "Enter");
  await shows(/\n50\n.*tokens in, .* stop\n>$/);
  for (const wide of ["long ", "longer ", "longest ", "last "]) {
    await paste(wide.repeat(400));
    await keys("Enter");
    await shows(new RegExp(`${wide}(.|\\n)*(stop|length).*\\n>$`));
  }
  await shows(/the context is full: the oldest (turn|\d+ turns) left/);
  const { stdout } = await execa("ps", ["-eo", "pid=,ppid=,args="]);
  const rows = stdout.split("\n").map((row) => row.trim().split(/\s+/));
  const chatPid = rows.find((row) => row.includes(chat) && row.includes(demoModel) && row[2] === process.execPath)?.[0];
  const modelPid = rows.find((row) => row[1] === chatPid)?.[0];
  process.kill(Number(modelPid), "SIGKILL");
  await gone(Number(modelPid));
  await keys("/reset", "Enter", "What is 20 + 30?", "Enter");
  await shows(/> What is 20 \+ 30\?[^>]*\n50\n.* stop\n>$/);
});

async function gone(pid: number): Promise<void> {
  while (!(await execa("ps", ["-p", String(pid)], { reject: false })).failed)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
