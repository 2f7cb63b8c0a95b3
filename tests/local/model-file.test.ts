import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findModelFile } from "../../src/local/model-file.ts";
import { demoModel } from "../project.ts";

function folderWith(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "model-"));
  for (const name of names) writeFileSync(join(folder, name), readFileSync(demoModel).subarray(0, 64));
  return folder;
}

test("a file is itself, a folder is its one model or the first part of a split one", async () => {
  expect(await findModelFile(demoModel)).toBe(demoModel);
  const one = folderWith("a.gguf", "README.md");
  expect(await findModelFile(one)).toBe(join(one, "a.gguf"));
  const split = folderWith("m-00001-of-00002.gguf", "m-00002-of-00002.gguf");
  expect(await findModelFile(split)).toBe(join(split, "m-00001-of-00002.gguf"));
});

test("a folder of several models, of safetensors or of nothing is refused with the way out", async () => {
  await expect(findModelFile(folderWith("a.gguf", "b.gguf"))).rejects.toThrow("holds several models (a.gguf, b.gguf)");
  await expect(findModelFile(folderWith("model.safetensors"))).rejects.toThrow(
    /holds safetensors.*convert_hf_to_gguf\.py/,
  );
  await expect(findModelFile(folderWith())).rejects.toThrow("holds no .gguf file");
});

test("a file that is missing, no GGUF, cut off or without weights is refused before it is loaded", async () => {
  const folder = mkdtempSync(join(tmpdir(), "model-"));
  mkdirSync(join(folder, "empty"));
  const withBytes = (name: string, bytes: Buffer): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const head = Buffer.from(readFileSync(demoModel).subarray(0, 64));
  const vocabularyOnly = Buffer.from(head);
  vocabularyOnly.writeBigUInt64LE(0n, 8);
  await expect(findModelFile(join(folder, "none.gguf"))).rejects.toThrow("does not exist: check LOCAL_MODEL_PATH");
  await expect(findModelFile(withBytes("text.gguf", Buffer.from("hello, hello, hello")))).rejects.toThrow(
    "is not a GGUF file",
  );
  await expect(findModelFile(withBytes("short.gguf", head.subarray(0, 10)))).rejects.toThrow(
    "is cut off after 10 bytes",
  );
  await expect(findModelFile(withBytes("vocabulary.gguf", vocabularyOnly))).rejects.toThrow("holds a vocabulary only");
});
