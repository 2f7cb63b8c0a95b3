import { shorten } from "../../text.ts";
import type { PageItem } from "../page-data.ts";
import { diffView } from "./diff.ts";
import { el } from "./dom.ts";
import { hrefOf, markedVerdict, secondsOf, verdictOf } from "./words.ts";

/** Everything about one item: the verdict and why, what changed, and what was said. */
export function transcript(item: PageItem): HTMLElement[] {
  const verdict = el("span", { class: `badge ${verdictOf(item).replace(" ", "-")}` }, markedVerdict(item));
  return [
    el("h2", { id: "transcript-heading", tabindex: -1 }, el("a", { href: hrefOf(item) }, item.id), " ", verdict),
    ...(item.reason ? [el("p", { class: "reason" }, item.reason)] : []),
    facts(item),
    ...(item.before ? [change(item, item.before)] : againstTarget(item)),
    el("h3", {}, "Prompt"),
    ...item.prompt.map(({ role, content }) => text(role, content, role !== "system")),
    el("h3", {}, "Reply"),
    ...(item.reasoning ? [text("reasoning", item.reasoning, false)] : []),
    item.completion === null
      ? el("p", { class: "empty" }, "There is no reply.")
      : text("completion", item.completion, true),
  ];
}

function facts(item: PageItem): HTMLElement {
  const { usage, retries, repairs, otherGraders } = item;
  const tokens =
    usage && `${usage.promptTokens} in, ${usage.completionTokens} out (${usage.reasoningTokens} reasoning)`;
  const pairs: readonly (readonly [string, string | null])[] = [
    ["eval", item.title],
    ["answer", item.answer ?? "none found"],
    ["target", item.target],
    ["rule", item.rule],
    ["finish", item.finishReason === "length" ? "length: cut off by the token limit" : item.finishReason],
    ["tokens", tokens],
    ["latency", item.latencyMs === null ? null : secondsOf(item.latencyMs) + (item.cached ? ", from the store" : "")],
    ["repeat", item.repeat > 0 ? String(item.repeat) : null],
    ["retries", retries > 0 ? String(retries) : null],
    ["repairs", repairs.join(", ") || null],
    ...Object.entries(otherGraders).map(([name, right]) => [name, right ? "correct" : "incorrect"] as const),
  ];
  return el(
    "dl",
    {},
    ...pairs.flatMap(([name, value]) => (value === null ? [] : [el("dt", {}, name), el("dd", {}, value)])),
  );
}

function change(item: PageItem, before: NonNullable<PageItem["before"]>): HTMLElement {
  const same = before.completion === item.completion;
  return el(
    "section",
    { class: "compared", "aria-label": "Compared with the baseline" },
    el("h3", {}, "Compared with the baseline"),
    el("p", {}, `${verdictAndAnswer(before)} → ${verdictAndAnswer(item)}`),
    same
      ? el("p", { class: "empty" }, "The reply is the same.")
      : diffView(before.completion ?? "", item.completion ?? ""),
  );
}

const verdictAndAnswer = (item: NonNullable<PageItem["before"]>): string =>
  `${markedVerdict(item)} (${item.answer === null ? "no answer" : shorten(item.answer, 60)})`;

function againstTarget({ answer, target, verdict }: PageItem): HTMLElement[] {
  if (answer === null || verdict !== "incorrect") return [];
  return [el("h3", {}, "From target to answer"), diffView(target, answer)];
}

function text(title: string, content: string, open: boolean): HTMLElement {
  const size = `${content.length.toLocaleString("en")} characters`;
  return el(
    "details",
    { class: title, open },
    el("summary", {}, title, " ", el("small", {}, size)),
    el("pre", { dir: "auto" }, content),
  );
}
