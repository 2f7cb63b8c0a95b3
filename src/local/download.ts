import { resolveModelFile } from "node-llama-cpp";
import { messageOf, UserError } from "../errors.ts";

const PROBE_MS = 10_000;

/**
 * The file of an `hf:` URI: from `folder` if it is there, else downloaded into it, resuming an earlier try.
 * HF_ENDPOINT names another hub, as in Hugging Face's own tools.
 * @throws UserError if the hub cannot be reached or has no such file.
 */
export async function downloadModel(
  uri: string,
  folder: string,
  onProgress: (fraction: number) => void,
): Promise<string> {
  const stored = await resolveModelFile(uri, { directory: folder, download: false, cli: false }).catch(() => undefined);
  if (stored) return stored;
  const hub = process.env.HF_ENDPOINT ?? "https://huggingface.co/";
  await probe(hub, uri);
  const token = process.env.HF_TOKEN;
  try {
    return await resolveModelFile(uri, {
      directory: folder,
      cli: false,
      onProgress: ({ totalSize, downloadedSize }) => onProgress(downloadedSize / totalSize),
      endpoints: { huggingFace: hub },
      ...(token ? { tokens: { huggingFace: token } } : {}),
    });
  } catch (error) {
    throw new UserError(
      `${uri} cannot be downloaded from ${hub}: ${messageOf(error)}. A GGUF is needed, for example hf:ggml-org/gpt-oss-20b-GGUF.`,
    );
  }
}

/** Without this, resolveModelFile tries for minutes when there is no network. */
async function probe(hub: string, uri: string): Promise<void> {
  try {
    await fetch(hub, { method: "HEAD", signal: AbortSignal.timeout(PROBE_MS) });
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new UserError(
      `${uri} is not in models/ and ${hub} cannot be reached to download it (${messageOf(cause)}): give a file with --local-model.`,
    );
  }
}
