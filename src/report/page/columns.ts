import type { PageData, PageItem } from "../page-data.ts";
import { markedVerdict, secondsOf, verdictOf } from "./words.ts";

export interface Column {
  readonly name: string;
  readonly text: (item: PageItem) => string;
  /** What the column sorts by. */
  readonly value: (item: PageItem) => string | number;
  readonly isNumber?: boolean;
}

/** The columns of the items' table; the second one is the link. */
export function columnsFor({ evals, hasBaseline }: PageData): Column[] {
  const text = (name: string, read: (item: PageItem) => string): Column => ({ name, text: read, value: read });
  return [
    { name: "verdict", text: markedVerdict, value: verdictOf },
    text("item", ({ id, repeat }) => (repeat > 0 ? `${id} · repeat ${repeat}` : id)),
    ...(evals.length > 1 ? [text("eval", ({ title }) => title)] : []),
    ...(hasBaseline ? [text("change", ({ flip }) => flip ?? "")] : []),
    text("answer", ({ answer }) => answer ?? ""),
    text("target", ({ target }) => target),
    text("rule", ({ rule }) => rule ?? ""),
    {
      name: "tokens",
      isNumber: true,
      text: ({ usage }) => usage?.completionTokens.toLocaleString("en") ?? "",
      value: ({ usage }) => usage?.completionTokens ?? -1,
    },
    {
      name: "latency",
      isNumber: true,
      text: ({ latencyMs }) => (latencyMs === null ? "" : secondsOf(latencyMs)),
      value: ({ latencyMs }) => latencyMs ?? -1,
    },
  ];
}

/** The items in the order of a column; ids sort as people count, 2 before 10. */
export function sorted(items: readonly PageItem[], column: Column | undefined, descending: boolean): PageItem[] {
  if (!column) return [...items];
  const { compare } = new Intl.Collator("en", { numeric: true });
  const inOrder = items.toSorted((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    return typeof x === "number" && typeof y === "number" ? x - y : compare(String(x), String(y));
  });
  return descending ? inOrder.reverse() : inOrder;
}
