import { buildReport } from "../../src/report/build.ts";
import type { Report } from "../../src/report/schema.ts";
import type { EvalInfo, EvalRecord, Verdict } from "../../src/types.ts";

/** What a hostile or broken model could write, and what Markdown, HTML and terminals could take for more than text. */
export const HOSTILE = [
  "</script><img src=x onerror=window.hacked=1>",
  "<script>window.hacked=1</script>",
  `"'><svg onload=window.hacked=1>`,
  "```\n</details>\n# heading | cell | @someone [link](javascript:window.hacked=1)",
  "<!--<script>\u2028\u2029\u0000\u001b[2J\u202eevil",
].join("\n");

const RULES = ["after ####", "boxed", "last number"];
const EFFORT_WORDS = 220;

interface Options {
  readonly count: number;
  readonly name?: string;
  readonly variant?: string;
  /** Another seed gives other verdicts. */
  readonly seed?: number;
}

/** A report of so many made-up items: the same for the same options. */
export function syntheticReport(...evals: readonly Options[]): Report {
  const runs = evals.map((options) => {
    const random = randomFrom(options.seed ?? 1);
    const records = [...Array(options.count).keys()].map((index) => madeUp(options.name ?? "gsm8k", index, random));
    return { info: infoOf(options), records, elapsedMs: 154_000 };
  });
  return buildReport(runs, { startedAt: "2026-11-24T01:02:03.000Z", elapsedMs: 154_000 });
}

/** A report of one item, all of whose texts are the given one. */
export function reportOf(text: string, verdict: Verdict = "incorrect"): Report {
  const record = { ...madeUp("gsm8k", 0, randomFrom(1)), id: text, verdict, target: `${text} target` };
  const hostile: EvalRecord = {
    ...record,
    answer: text,
    rule: text,
    reason: text,
    repairs: [text],
    otherGraders: { [text]: true },
    prompt: [{ role: "user", content: text }],
    completion: { ...record.completion!, text, reasoning: text },
  };
  const info = infoOf({ count: 1, name: text, variant: text });
  const run = { ...info.run, model: text, prompts: [{ role: "system" as const, path: text, sha256: text }] };
  return buildReport([{ info: { ...info, run }, records: [hostile], elapsedMs: 1 }], {
    startedAt: "2026-11-24T01:02:03.000Z",
    elapsedMs: 1,
  });
}

function madeUp(name: string, index: number, random: () => number): EvalRecord {
  const target = String(Math.floor(random() * 500));
  const chance = random();
  const verdict = chance < 0.9 ? "correct" : chance < 0.97 ? "incorrect" : chance < 0.99 ? "skipped" : "error";
  const truncated = verdict === "incorrect" && random() < 0.2;
  const answer = verdict === "correct" ? target : truncated ? null : String(Math.floor(random() * 500));
  const words = (count: number) => [...Array(count)].map(() => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
  const tokens = 40 + Math.floor(-Math.log(random()) * 90);
  const text = truncated ? words(60) : `${words(60)}.\n\n${words(20)}\n#### ${answer}`;
  const answered = verdict === "correct" || verdict === "incorrect";
  return {
    id: `${name}/${index}`,
    rowSha256: `row ${index}`,
    index,
    repeat: 0,
    verdict,
    target,
    answer: answered ? answer : null,
    rule: answered && answer !== null ? RULES[Math.floor(random() ** 3 * RULES.length)]! : null,
    reason:
      verdict === "incorrect"
        ? `answered ${answer ?? "nothing"}, expected ${target}`
        : verdict === "skipped"
          ? "HTTP 402: the quota is spent"
          : verdict === "error"
            ? "HTTP 503 after 5 retries"
            : null,
    otherGraders: { lm_eval_strict: verdict === "correct" },
    repairs: [],
    retries: random() < 0.02 ? 1 : 0,
    prompt: [
      { role: "system", content: `You are a careful assistant. ${WORDS.join(" ")}` },
      { role: "user", content: `${words(70)}?` },
    ],
    completion: answered
      ? {
          text,
          reasoning: words(EFFORT_WORDS),
          finishReason: truncated ? "length" : "stop",
          usage: { promptTokens: 180, completionTokens: tokens, reasoningTokens: Math.floor(tokens / 2) },
          latencyMs: Math.round(300 + tokens * 9 * (0.7 + random())),
          cached: false,
          retries: 0,
        }
      : null,
  };
}

function infoOf({ name = "gsm8k", variant = "" }: Options): EvalInfo {
  return {
    name,
    variant,
    file: `evals/${name}.eval.ts`,
    dataset: `datasets/${name}.jsonl`,
    datasetSha256: "0".repeat(64),
    run: {
      backend: "hf_api",
      model: "openai/gpt-oss-20b",
      endpoint: "https://router.huggingface.co/v1",
      temperature: 0,
      maxTokens: 4096,
      topP: null,
      reasoningEffort: "low",
      seed: 0,
      limit: null,
      sample: null,
      repeats: 1,
      prompts: [{ role: "system", path: "prompts/system_v1.txt", sha256: "0".repeat(64) }],
      judge: null,
    },
    gate: { minAccuracy: 0.85 },
    demoCounts: false,
    shard: null,
  };
}

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS =
  "Janet sells sixteen eggs a day and bakes muffins for friends with four of them every morning so how much money does she make at the market if each fresh egg costs two dollars while the remainder is three times half of twenty minus seven plus the total number per week".split(
    " ",
  );
