/**
 * A chat server for benches: `node bench/server.ts LATENCY_MS [FAULTS]`. Answers "What is N + 0?" with N after the latency.
 * FAULTS makes 5 % of the requests 429, 2 % 500, 1 % resets and 1 % never answered, by a fixed sequence.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const [latency = "0", faults] = process.argv.slice(2);
let count = 0;

const server = createServer((incoming, outgoing) => {
  let body = "";
  incoming.on("data", (chunk) => {
    body += chunk;
  });
  incoming.on("end", () => {
    const turn = faults ? (count++ * 37) % 100 : 100;
    if (turn < 1) return;
    if (turn < 2) return incoming.socket.destroy();
    if (turn < 4) return outgoing.writeHead(500).end("{}");
    if (turn < 9) return outgoing.writeHead(429, { "retry-after": "0.05" }).end("{}");
    setTimeout(() => {
      const content = /What is (\d+)/.exec(body)?.[1] ?? "none";
      outgoing.writeHead(200, { "content-type": "application/json" });
      outgoing.end(
        JSON.stringify({
          choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
          usage: { prompt_tokens: 9, completion_tokens: 9 },
        }),
      );
    }, Number(latency));
  });
});
server.listen(0, "127.0.0.1", () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`));
process.on("disconnect", () => process.exit());
