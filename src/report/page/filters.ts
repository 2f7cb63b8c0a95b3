import type { PageData, PageItem } from "../page-data.ts";
import { button, el } from "./dom.ts";
import { isTruncated, verdictOf } from "./words.ts";

type Test = (item: PageItem) => boolean;

/** The form above the items. `onChange` is given the test that an item must pass to be shown. */
export function filterForm({ items, evals, hasBaseline }: PageData, onChange: (test: Test) => void): HTMLFormElement {
  const search = el("input", { type: "search", placeholder: "id, prompt, answer, completion …", id: "search" });
  const truncated = el("input", { type: "checkbox", id: "truncated" });
  const selects = [
    ...(evals.length > 1 ? [select("eval", items, ({ title }) => title)] : []),
    select("verdict", items, verdictOf),
    select("rule", items, ({ rule }) => rule ?? "none"),
    ...(hasBaseline ? [select("change", items, ({ flip }) => flip, "any flip")] : []),
  ];
  const textOf = searchText();
  const apply = () => {
    const wanted = search.value.toLowerCase();
    onChange(
      (item) =>
        selects.every(({ test }) => test(item)) &&
        (!truncated.checked || isTruncated(item)) &&
        (wanted === "" || textOf(item).includes(wanted)),
    );
  };
  const cut = items.filter(isTruncated).length;
  const form = el(
    "form",
    { role: "search", "aria-label": "Filter the items" },
    el("label", { class: "wide" }, "search", search),
    ...selects.map(({ element }) => element),
    el("label", { class: "check" }, truncated, `truncated (${cut})`),
    button("Clear", () => {
      form.reset();
      apply();
    }),
  );
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

/** A choice among the values that the items have, each with its count; `any` also offers every value but null. */
function select(name: string, items: readonly PageItem[], read: (item: PageItem) => string | null, any?: string) {
  const counts = Map.groupBy(items, read);
  const values = [...counts].flatMap(([value, { length }]) => (value === null ? [] : [{ value, length }]));
  const found = values.reduce((sum, { length }) => sum + length, 0);
  // An option's value is its kind and the value, so that a rule named "all" is no clash.
  const options = [
    el("option", { value: "all" }, "all"),
    ...(any ? [el("option", { value: "any" }, `${any} (${found})`)] : []),
    ...values
      .toSorted((a, b) => b.length - a.length)
      .map(({ value, length }) => el("option", { value: `=${value}` }, `${value} (${length})`)),
  ];
  const choice = el("select", { id: name }, ...options);
  const test: Test = (item) => {
    if (choice.value === "all") return true;
    const value = read(item);
    return choice.value === "any" ? value !== null : choice.value === `=${value}`;
  };
  return { element: el("label", {}, name, choice), test };
}

/** Everything of an item that can be searched, in lower case and kept. */
function searchText(): (item: PageItem) => string {
  const kept = new Map<PageItem, string>();
  return (item) => {
    const text =
      kept.get(item) ??
      [
        ...[item.link, item.answer, item.target, item.rule, item.reason, item.completion, item.reasoning],
        ...item.prompt.map(({ content }) => content),
      ]
        .join("\n")
        .toLowerCase();
    kept.set(item, text);
    return text;
  };
}
