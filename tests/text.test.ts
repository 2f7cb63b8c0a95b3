import { expect, test } from "vitest";
import { shorten } from "../src/text.ts";

test("a long text is shortened to one line", () => {
  expect(shorten("a\n  b")).toBe("a b");
  expect(shorten("abcdef", 4)).toBe("abc…");
});
