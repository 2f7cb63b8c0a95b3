import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { downloadModel } from "../../src/local/download.ts";
import { demoModel } from "../project.ts";

const model = readFileSync(demoModel);
const requests: string[] = [];

/** Stands in for the hub: one model file, with the range requests that a resumed download makes. */
const hub = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  if (!request.url?.includes("/resolve/main/tiny.gguf") && request.url !== "/") return response.writeHead(404).end();
  const [, from = "0", to = ""] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
  const part = model.subarray(Number(from), to === "" ? undefined : Number(to) + 1);
  const range = request.headers.range
    ? { "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${model.length}` }
    : {};
  response.writeHead(request.headers.range ? 206 : 200, {
    "accept-ranges": "bytes",
    "content-length": part.length,
    ...range,
  });
  response.end(request.method === "HEAD" ? undefined : part);
});

afterEach(() => {
  delete process.env.HF_ENDPOINT;
  hub.close();
  hub.closeAllConnections();
});

test("a model is downloaded from the hub once, with progress", async () => {
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/`;
  const folder = mkdtempSync(join(tmpdir(), "models-"));
  const progress: number[] = [];
  const file = await downloadModel("hf:someone/some-model/tiny.gguf", folder, (fraction) => progress.push(fraction));
  expect(readFileSync(file).equals(model)).toBe(true);
  expect(progress.at(-1)).toBe(1);
  const before = requests.length;
  expect(await downloadModel("hf:someone/some-model/tiny.gguf", folder, () => {})).toBe(file);
  expect(requests.length).toBe(before);
});

test("a hub that cannot be reached is one line that names it and the way out", async () => {
  process.env.HF_ENDPOINT = "http://127.0.0.1:9/";
  await expect(
    downloadModel("hf:someone/some-model/tiny.gguf", mkdtempSync(join(tmpdir(), "models-")), () => {}),
  ).rejects.toThrow(
    /hf:someone\/some-model\/tiny\.gguf is not in models\/ and http:\/\/127\.0\.0\.1:9\/ cannot be reached.*--local-model/,
  );
});
