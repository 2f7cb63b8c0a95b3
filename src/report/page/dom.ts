import { visible } from "../../text.ts";

type Child = Node | string | null;

/**
 * An element with attributes and children. Strings become text nodes and nothing here parses HTML, so what a model
 * wrote stays text; control characters and changes of direction are shown, not obeyed.
 */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  for (const child of children) if (child !== null) element.append(typeof child === "string" ? visible(child) : child);
  return element;
}

/** A real button. */
export function button(label: string, onClick: () => void, attributes: Readonly<Record<string, string>> = {}) {
  const element = el("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", onClick);
  return element;
}
