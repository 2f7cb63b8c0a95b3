/**
 * `npx node bench/watch.ts`: watch mode, from saving the prompt of 50 items to the closing line: with all answers
 * stored, and with every request changed, beside the time that the server takes for as many (500 ms each, 8 in flight).
 * Median of 5, in ms.
 */
import { additionEval, createProject } from "../tests/project.ts";
import { withServer } from "./measure.ts";

const ITEMS = 50;
const [LATENCY_MS, CONCURRENCY] = [500, 8];
const ROUNDS = 5;

await withServer([String(LATENCY_MS)], async (url) => {
  const project = createProject(additionEval("sums", ITEMS));
  const watching = project.watch(["--", "--endpoint", url, "--concurrency", String(CONCURRENCY)]);
  let output = "";
  watching.all.on("data", (chunk) => {
    output += chunk;
  });
  const settled = async () => {
    while (!output.includes("for file changes...")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    output = "";
  };
  const timeToSettle = async (prompt: string) => {
    const start = performance.now();
    project.write("prompts/question.txt", prompt);
    await settled();
    return performance.now() - start;
  };
  await settled();
  const rounds = [...Array(ROUNDS).keys()];
  const unchanged: number[] = [];
  const changed: number[] = [];
  for (const round of rounds) unchanged.push(await timeToSettle(`{{ question }}${"\n".repeat(round + 1)}`));
  for (const round of rounds) changed.push(await timeToSettle(`${"Please. ".repeat(round + 1)}{{ question }}`));
  watching.kill();
  await watching;
  project.remove();
  const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  const server = Math.ceil(ITEMS / CONCURRENCY) * LATENCY_MS;
  console.log(`nothing changed: ${median(unchanged).toFixed(0)} ms`);
  console.log(
    `all changed: ${median(changed).toFixed(0)} ms, ${(median(changed) / server).toFixed(2)} x the server's ${server} ms`,
  );
});
