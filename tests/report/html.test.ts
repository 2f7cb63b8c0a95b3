import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHtml } from "../../src/report/html.ts";
import type { Report } from "../../src/report/schema.ts";
import { noChromium, openPage, startBrowser } from "./browser.ts";
import { HOSTILE, reportOf, syntheticReport } from "./synthetic.ts";

const MEGABYTE = 1e6;

/** The part of the page before its data and script. */
const summaryOf = (html: string): string => html.slice(0, html.indexOf("<script"));

test("the summary is plain HTML that needs no script, and nothing in the file points elsewhere", async () => {
  const summary = summaryOf(await toHtml(syntheticReport({ count: 400 })));
  expect(summary).toMatch(/<h1>gsm8k: 9\d\.\d+ %, gate passed<\/h1>/);
  expect(summary).toContain("gate PASSED (exit 0): accuracy is at least 85 %");
  expect(summary).not.toMatch(/<(link|img|iframe)|\ssrc=|@import|url\(/);
});

test("what a model wrote is nowhere in the file as markup", async () => {
  const html = await toHtml(reportOf(HOSTILE), reportOf(HOSTILE, "correct"));
  expect(summaryOf(html)).not.toMatch(/<(img|svg|script)/);
  expect(html.match(/<script/g)).toHaveLength(2);
});

test("1319 items with transcripts, compared with as many, stay under 8 MB", async () => {
  const html = await toHtml(syntheticReport({ count: 1319 }), syntheticReport({ count: 1319, seed: 2 }));
  expect(html.length).toBeLessThan(8 * MEGABYTE);
});

test("a report without evals or without scored items is a page too", async () => {
  const empty = syntheticReport({ count: 0 });
  expect(summaryOf(await toHtml(empty))).toContain("nothing was scored");
  expect(summaryOf(await toHtml({ ...empty, evals: [] }))).toContain("nothing was run");
});

describe.skipIf(noChromium)(`in a browser${noChromium ? ` (skipped: ${noChromium})` : ""}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const open = async (report: Report, baseline?: Report, hash = "", earlier: readonly Report[] = []) =>
    openPage(browser, await toHtml(report, baseline, earlier), hash);

  test("1319 items are all counted and only those in view are drawn", async () => {
    const { page, complaints } = await open(syntheticReport({ count: 1319 }));
    expect(await page.getByRole("status").textContent()).toBe("1319 of 1319 items");
    expect(await page.locator(".items").getAttribute("aria-rowcount")).toBe("1320");
    expect(await page.locator(".items tbody tr").count()).toBeLessThan(80);
    await page.locator(".rows").press("End");
    await page.getByRole("link", { name: "gsm8k/1318" }).waitFor();
    expect(await page.locator("figure svg").count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  test("filters and the search choose the items that are shown", async () => {
    const report = syntheticReport({ count: 300 });
    const { page } = await open(report);
    const status = page.getByRole("status");
    const [one] = report.evals;
    await page.getByRole("combobox", { name: "verdict" }).selectOption({ label: `incorrect (${one!.incorrect})` });
    expect(await status.textContent()).toBe(`${one!.incorrect} of 300 items`);
    await page.getByRole("checkbox", { name: /^truncated/ }).check();
    expect(await status.textContent()).toBe(`${one!.truncated} of 300 items`);
    await page.getByRole("button", { name: "Clear" }).click();
    expect(await status.textContent()).toBe("300 of 300 items");
    const boxed = one!.items.filter(({ rule }) => rule === "boxed").length;
    await page.getByRole("combobox", { name: "rule" }).selectOption({ label: `boxed (${boxed})` });
    expect(await status.textContent()).toBe(`${boxed} of 300 items`);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("searchbox", { name: "search" }).fill(one!.items[7]!.completion!.slice(0, 60).toUpperCase());
    expect(await status.textContent()).toBe("1 of 300 items");
    await page.getByRole("link", { name: "gsm8k/7" }).waitFor();
  });

  test("an item opens by a click, by its link and by keys, and closes with Escape back to its row", async () => {
    const report = syntheticReport({ count: 300 });
    const { page } = await open(report, undefined, "#gsm8k/200");
    const heading = page.locator("#transcript-heading");
    expect(await heading.textContent()).toContain("gsm8k/200");
    await page.getByRole("link", { name: "gsm8k/200" }).first().waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await heading.filter({ hasText: "gsm8k/201" }).waitFor();
    expect(page.url()).toMatch(/#gsm8k\/201$/);
    const { completion, reasoning } = report.evals[0]!.items[201]!;
    expect(await page.locator("details.completion pre").textContent()).toBe(completion);
    expect(await page.locator("details.reasoning").getAttribute("open")).toBeNull();
    expect(await page.locator("details.reasoning pre").textContent()).toBe(reasoning);
    await page.keyboard.press("Escape");
    expect(await page.locator(".transcript").isVisible()).toBe(false);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await heading.filter({ hasText: "gsm8k/202" }).waitFor();
  });

  test("a column's button sorts, up and then down", async () => {
    const { page } = await open(syntheticReport({ count: 50 }));
    const first = page.locator(".items tbody a").first();
    const sort = page.getByRole("button", { name: "item" });
    await sort.click();
    await sort.click();
    expect(await first.textContent()).toBe("gsm8k/49");
    expect(await page.getByRole("columnheader", { name: "item" }).getAttribute("aria-sort")).toBe("descending");
  });

  test("with a baseline, flips are filtered and the old reply is shown against the new one", async () => {
    const baseline = syntheticReport({ count: 20 });
    const [one] = baseline.evals;
    const right = one!.items.find(({ verdict }) => verdict === "correct")!;
    const broken = { ...right, verdict: "incorrect" as const, answer: "no", completion: `${right.completion} No!` };
    const items = one!.items.map((item) => (item === right ? broken : item));
    const { page } = await open({ ...baseline, evals: [{ ...one!, items }] }, baseline);
    await page.getByRole("combobox", { name: "change" }).selectOption({ label: "broke (1)" });
    expect(await page.getByRole("status").textContent()).toBe("1 of 20 items");
    await page.getByRole("link", { name: right.id }).click();
    const compared = page.getByRole("region", { name: "Compared with the baseline" });
    expect(await compared.textContent()).toContain(`✓ correct (${right.answer}) → ✗ incorrect (no)`);
    expect((await compared.locator("ins").allTextContents()).join("")).toContain("No!");
  });

  test("the same id in two evals and variants has a link for each", async () => {
    const report = syntheticReport(
      { count: 3, variant: "v1" },
      { count: 3, variant: "v2 high", seed: 2 },
      { count: 3, name: "other", variant: "v1" },
    );
    const { page } = await open(report, undefined, "#gsm8k/1@v2%20high");
    expect(await page.locator(".transcript dd").first().textContent()).toBe("gsm8k [v2 high]");
    await page.getByRole("combobox", { name: "eval" }).selectOption({ label: "other [v1] (3)" });
    expect(await page.getByRole("status").textContent()).toBe("3 of 9 items");
  });

  test("an id that is no plain word has a working link too", async () => {
    const report = syntheticReport({ count: 2 });
    const [one] = report.evals;
    const ids = ["first", '100 %41 a#b?c="d" & \ud800 é'];
    const items = one!.items.map((item, index) => ({ ...item, id: ids[index]! }));
    const { page } = await open({ ...report, evals: [{ ...one!, items }] }, undefined, "#first");
    await page.getByRole("button", { name: "Next" }).click();
    await page.locator("#transcript-heading").filter({ hasText: "100 %41 a#b" }).waitFor();
    await page.reload();
    await page.locator("#transcript-heading").filter({ hasText: "100 %41 a#b" }).waitFor();
  });

  test("hostile text in every field is shown as text and runs nothing", async () => {
    const earlier = { ...reportOf(HOSTILE), startedAt: "2026-11-23T01:02:03.000Z" };
    const baseline = reportOf(`${HOSTILE} before`, "correct");
    const { page, complaints } = await open(reportOf(HOSTILE), baseline, "", [earlier]);
    expect(await page.locator(".history .run path").count()).toBe(2);
    await page.locator(".history .run path").first().hover({ force: true });
    await page.locator(".items tbody a").click();
    const shown = await page.locator("details.completion pre").textContent();
    expect(shown).toContain("</script><img src=x onerror=window.hacked=1>");
    expect(shown).toContain("␛[2J");
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("main img, main script, .transcript svg").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("accuracy over time has a mark per run and a series per prompt, and the runs in words", async () => {
    const onDay = (day: number, sha256 = "0") => {
      const report = syntheticReport({ count: 30, seed: day }, { count: 5, name: "other" });
      const evals = report.evals.map((one) => ({
        ...one,
        run: { ...one.run, prompts: [{ role: "system" as const, path: "prompts/p.txt", sha256 }] },
      }));
      return { ...report, startedAt: `2026-11-${10 + day}T01:02:03.000Z`, evals: evals.slice(0, day === 9 ? 2 : 1) };
    };
    const { page, complaints } = await open(onDay(9), undefined, "", [onDay(2), onDay(1), onDay(3, "1")]);
    const history = page.locator("figure", { hasText: "Accuracy over time" });
    // One, although the page has two evals: the other one was never run before.
    expect(await history.locator("figcaption").allTextContents()).toEqual([
      "Accuracy over time of gsm8k, run by run, with 95 % intervals; grey: another variant, model, prompt or setting",
    ]);
    expect(await history.locator(".run path").count()).toBe(4);
    expect(await history.getByRole("img").getAttribute("aria-label")).toContain("Accuracy over time of gsm8k");
    expect(await history.locator("summary").allTextContents()).toEqual([
      "gsm8k · openai/gpt-oss-20b · prompts/p.txt@0 · datasets/gsm8k.jsonl@0000000 · temperature 0, effort low 3 runs · this report",
      "gsm8k · openai/gpt-oss-20b · prompts/p.txt@1 · datasets/gsm8k.jsonl@0000000 · temperature 0, effort low 1 run",
    ]);
    await history.locator("summary").first().click();
    const dates = await history.getByRole("table").first().locator("td:first-child").allTextContents();
    expect(dates).toEqual(["2026-11-19 01:02", "2026-11-12 01:02", "2026-11-11 01:02"]);
    expect(complaints).toEqual([]);
  });

  test("runs in which nothing was scored are told in words alone", async () => {
    const empty = syntheticReport({ count: 0 });
    const { page, complaints } = await open(empty, undefined, "", [
      { ...empty, startedAt: "2026-11-01T01:02:03.000Z" },
    ]);
    expect(await page.locator(".history .run path").count()).toBe(0);
    expect(await page.locator(".history summary").textContent()).toContain("2 runs");
    expect(complaints).toEqual([]);
  });

  test("a single run has no accuracy over time", async () => {
    const { page } = await open(syntheticReport({ count: 5, variant: "v1" }, { count: 5, variant: "v2" }));
    expect(await page.locator(".history").count()).toBe(0);
  });

  test("every control has a name", async () => {
    const { page } = await open(syntheticReport({ count: 5 }), syntheticReport({ count: 5, seed: 2 }), "#gsm8k/1");
    const unnamed = await page.evaluate(
      `[...document.querySelectorAll("button, input, select")].filter((e) => !(e.textContent.trim() || e.labels?.length)).length`,
    );
    expect(unnamed).toBe(0);
    expect(await page.evaluate(`document.activeElement.id`)).toBe("transcript-heading");
  });

  test("printing draws all items that are shown", async () => {
    const { page } = await open(syntheticReport({ count: 200 }));
    await page.evaluate(`dispatchEvent(new Event("beforeprint"))`);
    expect(await page.locator(".items tbody a").count()).toBe(200);
  });
});
