import { diffWordsWithSpace } from "diff";
import { el } from "./dom.ts";

const TIMEOUT_MS = 300;

/** How one text became another, word by word; both whole, one after the other, where they are too unlike to be compared. */
export function diffView(before: string, after: string): HTMLElement {
  const changes = diffWordsWithSpace(before, after, { timeout: TIMEOUT_MS }) ?? [
    { value: before, removed: true, added: false },
    { value: after, added: true, removed: false },
  ];
  const parts = changes.map(({ value, added, removed }) =>
    added ? el("ins", {}, value) : removed ? el("del", {}, value) : value,
  );
  return el("pre", { class: "diff" }, ...parts);
}
