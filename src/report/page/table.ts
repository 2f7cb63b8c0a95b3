import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import type { PageItem } from "../page-data.ts";
import { type Column, sorted } from "./columns.ts";
import { button, el } from "./dom.ts";
import { hrefOf, verdictOf } from "./words.ts";

const ROW = 33;

/** The table of items. Only the rows in view are in the document; printing draws them all. */
export function itemTable(columns: readonly Column[]) {
  let items: readonly PageItem[] = [];
  let shown: readonly PageItem[] = [];
  let order: { column: Column; descending: boolean } | undefined;
  let current: PageItem | undefined;
  let printing = false;

  const headings = columns.map((column) =>
    el(
      "th",
      { scope: "col", class: column.name },
      button(column.name, () => sortBy(column)),
    ),
  );
  const body = el("tbody");
  const table = el("table", { class: "items" }, el("thead", {}, el("tr", { "aria-rowindex": 1 }, ...headings)), body);
  const scroller = el("div", { class: "scroll rows", role: "group", "aria-label": "Items", tabindex: 0 }, table);
  const options = {
    getScrollElement: () => scroller,
    estimateSize: () => ROW,
    overscan: 10,
    // The heading, which stays in view, is one row high.
    paddingStart: ROW,
    scrollPaddingStart: ROW,
    scrollToFn: elementScroll<HTMLDivElement>,
    observeElementRect: observeElementRect<HTMLDivElement>,
    observeElementOffset: observeElementOffset<HTMLDivElement>,
    onChange: () => draw(),
  };
  const virtualizer = new Virtualizer<HTMLDivElement, HTMLTableRowElement>({ ...options, count: 0 });

  function draw(): void {
    const focused = body.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : undefined;
    const inView = virtualizer.getVirtualItems();
    const first = printing ? 0 : (inView[0]?.index ?? 0);
    const last = printing ? shown.length - 1 : (inView.at(-1)?.index ?? -1);
    body.replaceChildren(
      spacer(first * ROW),
      ...shown.slice(first, last + 1).map((item, index) => row(item, first + index)),
      spacer((shown.length - 1 - last) * ROW),
    );
    if (focused) body.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  function row(item: PageItem, index: number): HTMLTableRowElement {
    const cells = columns.map((column) => {
      const text = column.text(item);
      const attributes = { class: column.name, title: text.slice(0, 300) };
      return column.name === "item"
        ? el("th", { scope: "row", ...attributes }, el("a", { href: hrefOf(item) }, text))
        : el("td", attributes, text);
    });
    const attributes = {
      class: `${verdictOf(item).replace(" ", "-")} ${item.flip ?? ""}`,
      "aria-rowindex": index + 2,
      ...(item === current ? { "aria-current": "true" } : {}),
    };
    return el("tr", attributes, ...cells);
  }

  function refresh(): void {
    shown = sorted(items, order?.column, order?.descending ?? false);
    table.setAttribute("aria-rowcount", String(shown.length + 1));
    virtualizer.setOptions({ ...options, count: shown.length });
    virtualizer._willUpdate();
    draw();
  }

  function sortBy(column: Column): void {
    order = { column, descending: order?.column === column && !order.descending };
    for (const [index, heading] of headings.entries())
      heading.ariaSort = columns[index] === column ? (order.descending ? "descending" : "ascending") : null;
    refresh();
  }

  scroller.addEventListener("click", ({ target }) => {
    if (target instanceof Element && !target.closest("a, button")) target.closest("tr")?.querySelector("a")?.click();
  });
  scroller.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const href = document.activeElement?.getAttribute("href");
    const from = shown.findIndex((item) => hrefOf(item) === href);
    const next = step && from >= 0 ? shown[from + step] : undefined;
    if (!next) return;
    event.preventDefault();
    reveal(next);
    focus(next);
  });
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));

  function print(on: boolean): void {
    printing = on;
    draw();
  }

  function reveal(item: PageItem): void {
    const index = shown.indexOf(item);
    if (index < 0) return;
    virtualizer.scrollToIndex(index);
    draw();
  }

  const focus = (item: PageItem) =>
    body.querySelector<HTMLElement>(`a[href="${CSS.escape(hrefOf(item))}"]`)?.focus({ preventScroll: true });

  return {
    element: scroller,
    /** To be called once, when the element is in the document. */
    start: () => virtualizer._didMount(),
    show(next: readonly PageItem[]): void {
      items = next;
      scroller.scrollTop = 0;
      refresh();
    },
    /** Marks an item as the open one. */
    open(item: PageItem | undefined): void {
      current = item;
      if (item) reveal(item);
      draw();
    },
    focus,
    /** The item so many rows away from another one, as the table stands. */
    neighbour: (item: PageItem, step: 1 | -1): PageItem | undefined => {
      const index = shown.indexOf(item);
      return index < 0 ? undefined : shown[index + step];
    },
  };
}

const spacer = (height: number) => el("tr", { "aria-hidden": "true", class: "spacer", style: `height:${height}px` });
