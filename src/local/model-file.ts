import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, UserError } from "../errors.ts";

const CONVERSION =
  "https://github.com/ggml-org/llama.cpp#obtaining-and-quantizing-models (convert_hf_to_gguf.py), or take a ready one, for example hf:ggml-org/gpt-oss-20b-GGUF";

/**
 * Finds the GGUF file that a path means (the file, or the one or first split one in a folder) and looks at its head.
 * @throws UserError for a missing file, a folder of safetensors, a file that is not GGUF or holds a vocabulary only.
 */
export async function findModelFile(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new UserError(`the local model ${path} does not exist: check LOCAL_MODEL_PATH or --local-model.`);
  const file = info.isDirectory() ? await findInFolder(path) : path;
  await checkHead(file);
  return file;
}

async function findInFolder(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const models = names.filter((name) => name.endsWith(".gguf") && !/-(?!00001)\d{5}-of-\d{5}\.gguf$/.test(name));
  if (models.length === 1) return join(folder, models[0]!);
  if (models.length > 1)
    throw new UserError(`${folder} holds several models (${models.join(", ")}): name one of them in LOCAL_MODEL_PATH.`);
  if (names.some((name) => name.endsWith(".safetensors"))) {
    throw new UserError(
      `${folder} holds safetensors, which llama.cpp cannot read: convert them to GGUF, see ${CONVERSION}.`,
    );
  }
  throw new UserError(`${folder} holds no .gguf file.`);
}

/** The head of a GGUF file: magic (4 bytes), version (u32), number of tensors (u64). https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
async function checkHead(file: string): Promise<void> {
  if (file.endsWith(".safetensors"))
    throw new UserError(
      `${file} is a safetensors file, which llama.cpp cannot read: convert it to GGUF, see ${CONVERSION}.`,
    );
  const head = Buffer.alloc(16);
  const handle = await open(file).catch((error: unknown) => {
    throw new UserError(`the local model ${file} cannot be read: ${messageOf(error)}`);
  });
  const { bytesRead } = await handle.read(head).finally(() => handle.close());
  if (head.toString("latin1", 0, 4) !== "GGUF")
    throw new UserError(`${file} is not a GGUF file: its first bytes are not "GGUF".`);
  if (bytesRead < head.length) throw new UserError(`${file} is cut off after ${bytesRead} bytes: get it again.`);
  if (head.readBigUInt64LE(8) === 0n)
    throw new UserError(`${file} holds a vocabulary only, no weights: get the whole model.`);
}
