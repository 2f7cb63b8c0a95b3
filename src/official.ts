import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { messageOf, UserError } from "./errors.ts";

/** A dataset that is fetched from where its authors publish it. `sha256` is of the file as stored, that is unzipped. */
export interface OfficialDataset {
  readonly path: string;
  readonly url: string;
  readonly sha256: string;
}

const GITHUB = "https://raw.githubusercontent.com";

/** The official datasets by name, at a pinned commit; MGSM, whose repository moves, is pinned by its checksum. */
export const official = {
  gsm8k: {
    path: "datasets/.cache/gsm8k_test.jsonl",
    url: `${GITHUB}/openai/grade-school-math/3101c7d5072418e28b9008a6636bde82a006892c/grade_school_math/data/test.jsonl`,
    sha256: "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14",
  },
  humaneval: {
    path: "datasets/.cache/HumanEval.jsonl",
    url: `${GITHUB}/openai/human-eval/6d43fb980f9fee3c892a914eda09951f772ad10d/data/HumanEval.jsonl.gz`,
    sha256: "1d49078ba3e2b196b9344535bef34a43021f038fad9561d6ee7c53450609a6a2",
  },
  mgsm_en: {
    path: "datasets/.cache/mgsm_en.tsv",
    url: `${GITHUB}/google-research/url-nlp/main/mgsm/mgsm_en.tsv`,
    sha256: "50021d0f28cc957edcb44e7806425b1c7fbd648ddcb9e0a8ec689d10e57d40fa",
  },
  mgsm_zh: {
    path: "datasets/.cache/mgsm_zh.tsv",
    url: `${GITHUB}/google-research/url-nlp/main/mgsm/mgsm_zh.tsv`,
    sha256: "b2fa63151022370a0de1f4211c8c284eae74b0f5a3b003b1d5982c0d4a73f661",
  },
} satisfies Record<string, OfficialDataset>;

export type OfficialName = keyof typeof official;

/**
 * Downloads an official dataset into the project, unless it is there. EVAL_DATASET_MIRROR stands in for GitHub's host.
 * @throws UserError that names the path, the URL and --dataset if it cannot be had or is not the file it should be.
 */
export async function fetchOfficial(
  { path, url, sha256 }: OfficialDataset,
  root: string,
): Promise<"there" | "downloaded"> {
  const file = resolve(root, path);
  if (existsSync(file)) return "there";
  const from = url.replace(GITHUB, process.env.EVAL_DATASET_MIRROR || GITHUB);
  const way = `put the file at ${relative(root, file)}, or give your copy with -- --dataset FILE.`;
  const body = await download(from).catch((error: unknown) => {
    throw new UserError(`${path} is not there and cannot be downloaded from ${from} (${messageOf(error)}): ${way}`);
  });
  const bytes = url.endsWith(".gz") ? gunzipSync(body) : body;
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256)
    throw new UserError(`what ${from} sent is not ${path}: its sha256 is ${actual}, not ${sha256}; ${way}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}.tmp`, bytes);
  renameSync(`${file}.${process.pid}.tmp`, file);
  return "downloaded";
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
    throw error.cause ?? error;
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
