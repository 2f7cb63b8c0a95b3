import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's; CHROMIUM names another one. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why the browser tests are skipped, if they are. */
export const noChromium = existsSync(executablePath) ? undefined : `there is no ${executablePath}`;

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const startBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args: ARGUMENTS });

/** A page opened from a file, when its items are there; `complaints` gathers script errors and refused or made requests. */
export async function openPage(
  browser: Browser,
  html: string,
  hash = "",
): Promise<{ page: Page; complaints: string[] }> {
  const file = join(mkdtempSync(join(tmpdir(), "page-")), "accuracy.html");
  writeFileSync(file, html);
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(pathToFileURL(file).href)) complaints.push(`request of ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href + hash);
  await page.getByRole("status").filter({ hasText: "items" }).waitFor();
  return { page, complaints };
}
