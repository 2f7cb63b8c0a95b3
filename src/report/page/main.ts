import type { PageData, PageItem } from "../page-data.ts";
import { columnsFor } from "./columns.ts";
import { button, el } from "./dom.ts";
import { filterForm } from "./filters.ts";
import { historyFigure } from "./history.ts";
import { accuracyPlot, histograms } from "./plots.ts";
import { itemTable } from "./table.ts";
import { transcript } from "./transcript.ts";
import { hrefOf } from "./words.ts";

/** The report's data: compressed JSON, written into the page as base64. */
async function readData(): Promise<PageData> {
  const binary = atob(document.querySelector("#data")?.textContent ?? "");
  const bytes = new Uint8Array(binary.length);
  // Not Uint8Array.from with a function, which takes a second and a half for 7 MB.
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

function build(data: PageData): void {
  const table = itemTable(columnsFor(data));
  const status = el("p", { role: "status" });
  const spread = el("div", { class: "plots spread" });
  const pane = el("section", { class: "transcript", "aria-labelledby": "transcript-heading", hidden: true });
  const split = el("div", { class: "split" }, table.element, pane);
  const byLink = new Map(data.items.toReversed().flatMap((item) => [[item.id, item] as const]));
  for (const item of data.items) byLink.set(item.link, item);
  let drawing = 0;

  function show(test: (item: PageItem) => boolean): void {
    const shown = data.items.filter(test);
    table.show(shown);
    status.textContent = `${shown.length} of ${data.items.length} items`;
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(() => spread.replaceChildren(...histograms(shown)));
  }

  /** Opens the item that the address names, or none. */
  function openLinked(): void {
    const item = byLink.get(decoded(location.hash.slice(1)));
    pane.hidden = !item;
    split.classList.toggle("open", Boolean(item));
    table.open(item);
    if (!item) return;
    pane.replaceChildren(
      el(
        "nav",
        { "aria-label": "Transcript" },
        step("← Previous", item, -1),
        step("Next →", item, 1),
        button("Close", () => close(item), { title: "Escape" }),
      ),
      ...transcript(item),
    );
    pane.scrollTop = 0;
    pane.querySelector<HTMLElement>("#transcript-heading")?.focus({ preventScroll: true });
    // After the histograms, which a first drawing puts above the pane.
    requestAnimationFrame(() => pane.scrollIntoView({ block: "nearest" }));
  }

  /** Goes to the next or the previous one of the items that are shown. */
  function step(label: string, item: PageItem, by: 1 | -1): HTMLButtonElement {
    const element = button(label, () => {
      const other = table.neighbour(item, by);
      if (other) location.hash = hrefOf(other);
    });
    element.disabled = !table.neighbour(item, by);
    return element;
  }

  function close(item: PageItem): void {
    history.pushState(null, "", location.pathname + location.search);
    openLinked();
    table.focus(item);
  }

  document
    .querySelector("#app")
    ?.replaceChildren(
      el("div", { class: "plots" }, accuracyPlot(data.evals), spread),
      ...data.history.map(historyFigure),
      el("h2", { id: "items-heading" }, "Items"),
      filterForm(data, show),
      status,
      split,
    );
  table.start();
  show(() => true);
  openLinked();
  performance.mark("items shown");
  addEventListener("hashchange", openLinked);
  addEventListener("popstate", openLinked);
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !pane.hidden) pane.querySelector<HTMLButtonElement>("nav button:last-child")?.click();
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

build(await readData());
