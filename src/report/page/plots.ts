import { axisX, axisY, binX, dot, gridX, link, plot, rectY, ruleX, ruleY, text, tickX } from "@observablehq/plot";
import type { PageEval, PageItem } from "../page-data.ts";
import { el } from "./dom.ts";
import { verdictOf } from "./words.ts";

export const STYLE = "background: none; font-size: 12px; overflow: visible";
const VERDICTS = ["correct", "incorrect"];

/** A share for an axis. */
export const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** Accuracy with its 95 % interval per eval and variant, the gate as a tick and the baseline as a ring. */
export function accuracyPlot(evals: readonly PageEval[]): HTMLElement {
  const scored = evals.filter(({ accuracy }) => accuracy !== null);
  const lows = evals.flatMap(({ ci95, minAccuracy, before }) => [ci95?.[0] ?? 1, minAccuracy, before ?? 1]);
  const low = Math.max(0, Math.floor((Math.min(...lows) - 0.02) * 20) / 20);
  const longest = Math.max(...evals.map(({ title }) => title.length));
  const svg = plot({
    width: widthOf(460),
    marginLeft: Math.min(170, 20 + longest * 7),
    marginRight: 24,
    marginBottom: 42,
    height: Math.max(190, 60 + evals.length * 34),
    x: { domain: [low, 1] },
    y: { domain: evals.map(({ title }) => title), label: null },
    style: STYLE,
    ariaLabel: "Accuracy with 95 % intervals; the numbers are in the table of evals",
    marks: [
      gridX(),
      axisX({ tickFormat: percent, label: "accuracy", labelOffset: 36 }),
      axisY({ tickSize: 0, textOverflow: "ellipsis", lineWidth: 13, label: null }),
      tickX(evals, { x: "minAccuracy", y: "title", stroke: "var(--bad)", strokeWidth: 2, strokeDasharray: "3 2" }),
      link(scored, {
        x1: ({ ci95 }: PageEval) => ci95?.[0],
        x2: ({ ci95 }: PageEval) => ci95?.[1],
        y: "title",
        stroke: "var(--accent)",
        strokeWidth: 4,
        strokeLinecap: "round",
        strokeOpacity: 0.45,
      }),
      dot(evals, { x: "before", y: "title", r: 5, stroke: "var(--muted)", strokeWidth: 1.5 }),
      dot(scored, { x: "accuracy", y: "title", r: 5, fill: "var(--accent)" }),
      text(scored, {
        x: "accuracy",
        y: "title",
        text: ({ accuracy }: PageEval) => percent(accuracy ?? 0),
        dy: -12,
        fill: "currentColor",
      }),
    ],
  });
  const ring = evals.some(({ before }) => before !== null) ? "; ring: the baseline" : "";
  return figure("Accuracy", `with 95 % intervals; dashed: the gate${ring}`, svg);
}

/** How many of the items took so long, or so many tokens; right and wrong ones stacked. */
export function histograms(items: readonly PageItem[]): HTMLElement[] {
  return [
    histogram(items, "Latency", "seconds", ({ latencyMs }) => (latencyMs === null ? null : latencyMs / 1000)),
    histogram(items, "Length", "tokens out", ({ usage }) => usage?.completionTokens ?? null),
  ];
}

function histogram(
  items: readonly PageItem[],
  title: string,
  label: string,
  read: (item: PageItem) => number | null,
): HTMLElement {
  const answered = items.filter((item) => item.completion !== null && read(item) !== null);
  const domain = [0, Math.max(1, ...answered.map((item) => read(item) ?? 0))];
  const svg = plot({
    width: widthOf(440),
    height: 190,
    marginBottom: 42,
    x: { label, labelOffset: 36 },
    y: {
      label: "items",
      grid: true,
      ticks: 4,
      tickFormat: (count: number) => (Number.isInteger(count) ? `${count}` : ""),
    },
    color: { domain: VERDICTS, range: ["var(--good)", "var(--bad)"] },
    style: STYLE,
    ariaLabel: `Histogram of ${label} over ${answered.length} items`,
    marks: [
      rectY(
        answered,
        binX({ y: "count" }, { x: read, fill: verdictOf, order: VERDICTS, thresholds: 30, domain } as object),
      ),
      ruleX([0]),
      ruleY([0]),
    ],
  });
  return figure(title, `${label}, of the items shown; red: incorrect`, svg);
}

/** As wide as wanted, or as the window has room for. */
export const widthOf = (wanted: number): number => Math.min(wanted, document.documentElement.clientWidth - 40);

/** A plot under its caption. */
export function figure(title: string, caption: string, svg: Element): HTMLElement {
  svg.setAttribute("role", "img");
  return el("figure", {}, el("figcaption", {}, el("strong", {}, title), ` ${caption}`), svg);
}
