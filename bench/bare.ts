/** The floor: `node bench/bare.ts URL ITEMS CONCURRENCY` sends the same requests over keep-alive node:http and does nothing else. */
import { Agent, request } from "node:http";

const [url = "", items = "1", concurrency = "1"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
let next = 0;

function ask(n: number): Promise<void> {
  const body = JSON.stringify({
    model: "m",
    temperature: 0,
    max_tokens: 4096,
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: `What is ${n} + 0?` },
    ],
  });
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/chat/completions`,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => {
          JSON.parse(text);
          resolve();
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function worker(): Promise<void> {
  while (next < Number(items)) await ask(next++);
}
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
process.exit();
