import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPrompt } from "../src/prompts.ts";

const root = mkdtempSync(join(tmpdir(), "prompts-"));
mkdirSync(join(root, "prompts"));

function render(text: string, fields: object): string {
  writeFileSync(join(root, "prompts", "p.txt"), text);
  return loadPrompt("user", "p", root).render(fields).content;
}

test("a prompt is its file with the item's fields filled in and the ends trimmed", () => {
  expect(render("Q: {{ question }}\r\n\r\n", { question: "1 + 1?" })).toBe("Q: 1 + 1?");
  expect(
    render("{% for shot in shots %}{{ loop.index }}. {{ shot.q }}\n{% endfor %}", { shots: [{ q: "a" }, { q: "b" }] }),
  ).toBe("1. a\n2. b");
});

test.each([
  ["{{ quesiton }}", 'prompt file prompts/p.txt uses "quesiton", which the item does not have.'],
  ["{{ row.answer }}", 'prompt file prompts/p.txt uses "row.answer", which the item does not have.'],
  ["{{ nothing | upper }}", 'prompt file prompts/p.txt uses "nothing", which the item does not have.'],
  ["{% if %}", "prompt file prompts/p.txt is not valid Jinja"],
])("%s is an error that names the file and the variable", (text, message) => {
  expect(() => render(text, { question: "?", row: {} })).toThrow(message);
});

test("what may be missing is asked for with `is defined` or `default`", () => {
  expect(render("{% if hint is defined %}{{ hint }}{% endif %}{{ tone | default('calm') }}", {})).toBe("calm");
});

test("few shots come from the rows of a dataset, which the prompt says that it reads", () => {
  const shots = [
    { question: "1 + 1?", answer: "2" },
    { question: "2 + 2?", answer: "4" },
  ];
  writeFileSync(join(root, "shots.jsonl"), shots.map((shot) => JSON.stringify(shot)).join("\n"));
  writeFileSync(
    join(root, "prompts", "p.txt"),
    "{% for shot in rows('shots.jsonl') %}Q: {{ shot.question }} A: {{ shot.answer }}\n{% endfor %}Q: {{ question }}",
  );
  const prompt = loadPrompt("user", "p", root);
  expect(prompt.render({ question: "3 + 3?" }).content).toBe("Q: 1 + 1? A: 2\nQ: 2 + 2? A: 4\nQ: 3 + 3?");
  expect([...prompt.reads]).toEqual([join(root, "shots.jsonl")]);
});

test("a broken row of the shots is named by file and line", () => {
  writeFileSync(join(root, "shots.jsonl"), '{"question": ');
  expect(() => render("{{ rows('shots.jsonl') | length }}", {})).toThrow("shots.jsonl:1: not valid JSON");
});

test("a missing prompt file is an error that names it", () => {
  expect(() => loadPrompt("system", "nowhere", root)).toThrow("prompt file prompts/nowhere.txt cannot be read");
});

test("the source of a prompt is its path and the sha256 of its text", () => {
  writeFileSync(join(root, "prompts", "p.txt"), "abc");
  expect(loadPrompt("system", "p", root).source).toEqual({
    role: "system",
    path: "prompts/p.txt",
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  });
});
