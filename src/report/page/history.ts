import { axisX, dot, gridY, line, link, type Markish, plot, pointer, text, tip } from "@observablehq/plot";
import type { PageHistory, PageRun, PageSeries } from "../page-data.ts";
import { el } from "./dom.ts";
import { figure, percent, STYLE, widthOf } from "./plots.ts";

interface Point extends PageRun {
  readonly number: string;
  readonly heading: string;
}

/** Accuracy over time of one eval: a numbered line per series, and the series with their runs in words. */
export function historyFigure({ name, series }: PageHistory): HTMLElement {
  const numbered = series.map(({ heading, runs }, index) =>
    runs.filter(({ accuracy }) => accuracy !== null).map((run): Point => ({ ...run, number: `${index + 1}`, heading })),
  );
  const points = numbered.flat();
  const dates = [...new Set(points.map(({ startedAt }) => startedAt))].sort();
  const width = widthOf(760);
  const svg = plot({
    width,
    height: 250,
    marginLeft: 52,
    marginRight: 30,
    // Not to scale: an afternoon of ten prompts would be one spot beside a month of nightly runs.
    x: { type: "point", domain: dates, label: null },
    y: { label: null, tickFormat: percent, ticks: 5, nice: true },
    symbol: { domain: numbered.map((_, index) => `${index + 1}`) },
    style: STYLE,
    ariaLabel: `Accuracy over time of ${name} with 95 % intervals; the numbers are in the list of series`,
    marks: [
      gridY({ ticks: 5 }),
      axisX({ ticks: daysOf(dates, width / 90), tickFormat: dayOf }),
      ...numbered.flatMap((points, index) => marksOf(points, index, series[index]?.isCurrent ?? false)),
      tip(points, pointer({ x: "startedAt", y: "accuracy", title: wordsOf, ...TIP })),
    ],
  });
  const hollow = points.some(({ partial }) => partial) ? "; hollow: not all items were run" : "";
  const grey = series.some(({ isCurrent }) => !isCurrent) ? "; grey: another variant, model, prompt or setting" : "";
  const element = figure("Accuracy over time", `of ${name}, run by run, with 95 % intervals${grey}${hollow}`, svg);
  element.classList.add("history");
  element.append(el("ol", {}, ...series.map(seriesInWords)));
  return element;
}

/** So many pixels beside its date is a series drawn. */
const ASIDE = [0, 6, -6, 12, -12];

const dayOf = (date: string): string => date.slice(0, 10);

/** The first run of each day, and where there is no room for all days, of every second, third, … one. */
function daysOf(dates: readonly string[], most: number): string[] {
  const days = dates.filter((date, index) => index === 0 || dayOf(date) !== dayOf(dates[index - 1] ?? ""));
  return days.filter((_, index) => index % Math.ceil(days.length / most) === 0);
}

function marksOf(points: readonly Point[], index: number, isCurrent: boolean): Markish[] {
  const color = isCurrent ? "var(--accent)" : "var(--muted)";
  // Variants of one run have one date: beside each other, their intervals can be told apart.
  const at = { x: "startedAt", dx: isCurrent ? ASIDE[index % ASIDE.length]! : 0, stroke: color };
  return [
    link(points, {
      ...at,
      y1: ({ ci95 }: Point) => ci95?.[0],
      y2: ({ ci95 }: Point) => ci95?.[1],
      strokeWidth: 4,
      strokeLinecap: "round",
      strokeOpacity: 0.3,
    }),
    line(
      points.filter(({ partial }) => !partial),
      { ...at, y: "accuracy", strokeWidth: 1.5 },
    ),
    dot(points, {
      ...at,
      y: "accuracy",
      r: 4.5,
      symbol: "number",
      fill: ({ partial }: Point) => (partial ? "var(--back)" : color),
      className: "run",
    }),
    text(points.slice(-1), {
      x: "startedAt",
      dx: at.dx + 8,
      y: "accuracy",
      text: "number",
      textAnchor: "start",
      fontWeight: 600,
      fill: color,
    }),
  ];
}

const TIP = { fill: "var(--back)", stroke: "var(--line)", lineWidth: 36, lineHeight: 1.3 };

const wordsOf = ({ number, heading, cells }: Point): string => `${number}. ${heading}\n${cells.join(" · ")}`;

const COLUMNS = ["UTC", "accuracy", "95 % interval", "scored", "gate"];

function seriesInWords({ heading, isCurrent, runs }: PageSeries): HTMLElement {
  const heads = COLUMNS.map((name) => el("th", { scope: "col" }, name));
  const rows = runs.toReversed().map(({ cells }) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell))));
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
  const count = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  const note = el("small", {}, isCurrent ? `${count} · this report` : count);
  return el(
    "li",
    {},
    el("details", {}, el("summary", {}, heading, " ", note), el("div", { class: "scroll", tabindex: 0 }, table)),
  );
}
