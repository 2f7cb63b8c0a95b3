/** JSON in replies: finding it, and checking it against a JSON Schema. */
import { z } from "zod";

/** The type that a JSON Schema keyword speaks about. zod reads these keywords only beside that type. */
const keywordTypes: Readonly<Record<string, readonly string[]>> = {
  object: [
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
  ],
  array: ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"],
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
};

const mapsOfSchemas = ["properties", "patternProperties", "$defs", "definitions"];

/**
 * A zod schema that accepts what the JSON Schema accepts (draft 4, 7 and 2020-12, local `$ref` only).
 * Throws an Error in plain words for a schema that zod cannot read (`not`, `if`, unknown types, bad patterns), and for
 * one that zod would read as weaker than it is: a keyword without its `type`, a `required` name without a property.
 * https://zod.dev/json-schema
 */
export function compileJsonSchema(schema: Record<string, unknown> | boolean): z.ZodType {
  refuseIgnored(schema);
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
}

/** Throws where zod would pass over a keyword in silence: a schema weaker than it reads makes wrong answers right. */
function refuseIgnored(schema: unknown): void {
  if (typeof schema !== "object" || schema === null) return;
  const { type, properties, required, $ref, enum: values, const: value } = schema as Record<string, unknown>;
  const types = [type].flat().map((t) => (t === "integer" ? "number" : t));
  if ($ref === undefined && values === undefined && value === undefined) {
    for (const [needed, keywords] of Object.entries(keywordTypes)) {
      const keyword = keywords.find((name) => Object.hasOwn(schema, name));
      if (keyword !== undefined && !types.includes(needed)) throw new Error(`"${keyword}" needs "type": "${needed}"`);
    }
  }
  for (const name of Array.isArray(required) ? required : []) {
    if (!Object.hasOwn((properties ?? {}) as object, name))
      throw new Error(`required "${name}" is not in "properties"`);
  }
  for (const [key, part] of Object.entries(schema)) {
    if (["enum", "const", "default", "examples"].includes(key)) continue;
    const parts = mapsOfSchemas.includes(key) ? Object.values(part as object) : [part].flat();
    for (const inner of parts) refuseIgnored(inner);
  }
}

/**
 * The JSON value that a reply gives: the whole reply, else its last fenced block that parses, else its last balanced
 * `{…}` or `[…]` that parses. Undefined when there is none. Takes time linear in the text.
 */
export function findJson(text: string): { readonly value: unknown } | undefined {
  return parse(text) ?? firstParsed(fencedBlocks(text)) ?? firstParsed(bracketedSpans(text));
}

function firstParsed(candidates: readonly string[]): { readonly value: unknown } | undefined {
  for (const candidate of candidates.toReversed()) {
    const parsed = parse(candidate);
    if (parsed) return parsed;
  }
  return undefined;
}

function parse(text: string): { readonly value: unknown } | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** A reply that loops over `[1,[1,…` for 10 000 levels makes JSON.parse of Node 26.10 (V8 14.6) crash the process. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > 1000) return true;
  }
  return false;
}

/** The insides of Markdown code fences, in order. A fence left open ends with the text. */
function fencedBlocks(text: string): string[] {
  return text.split(/^[ \t]*```[^\n`]*$/m).filter((_, index) => index % 2 === 1);
}

/** The outermost balanced `{…}` and `[…]`, in order and disjoint. Brackets inside JSON strings do not count. */
function bracketedSpans(text: string): string[] {
  const spans: { start: number; end: number }[] = [];
  let open: { close: string; start: number }[] = [];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    // A JSON string has no raw line break, so a stray quote in prose cannot swallow what follows its line.
    if (quoted && char === "\\") i++;
    else if (quoted) quoted = char !== '"' && char !== "\n";
    else if (char === '"') quoted = open.length > 0;
    else if (char === "{" || char === "[") open.push({ close: char === "{" ? "}" : "]", start: i });
    else if ((char === "}" || char === "]") && open.length > 0) {
      const last = open.pop()!;
      if (last.close !== char) open = [];
      else {
        while (spans.length > 0 && spans.at(-1)!.start > last.start) spans.pop();
        spans.push({ start: last.start, end: i + 1 });
      }
    }
  }
  return spans.map(({ start, end }) => text.slice(start, end));
}
