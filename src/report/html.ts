import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { escapeHtml } from "./escape.ts";
import { writeWhole } from "./files.ts";
import { pageData } from "./page-data.ts";
import type { Report } from "./schema.ts";
import { type SummaryRow, summarize } from "./summary.ts";

let bundled: Promise<string> | undefined;

/**
 * One self-contained page, working from file:// without network. What models wrote is in it as compressed data, which
 * cannot be markup; the summary is plain HTML that needs no script. `earlier` reports give the accuracy over time.
 */
export async function toHtml(report: Report, baseline?: Report, earlier?: readonly Report[]): Promise<string> {
  bundled ??= pageScript();
  const script = await bundled;
  const { headline, subtitle, columns, rows } = summarize(report, baseline);
  const style = readFileSync(new URL("page/style.css", import.meta.url), "utf8");
  const data = gzipSync(JSON.stringify(pageData(report, baseline, earlier))).toString("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(headline)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(headline)}</h1>
<p>${escapeHtml(subtitle)}</p>
</header>
<main>
<section aria-labelledby="evals-heading">
<h2 id="evals-heading">Evals</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="evals-heading">
<table class="evals">
<thead><tr>${columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join("")}</tr></thead>
<tbody>${rows.map(summaryRow).join("\n")}</tbody>
</table>
</div>
<details><summary>How it was run</summary>${report.evals
    .map((one, index) =>
      settings(rows[index]?.title ?? "", { dataset: one.dataset, datasetSha256: one.datasetSha256, ...one.run }),
    )
    .join("\n")}</details>
</section>
<div id="app"><noscript><p>The plots and the items need JavaScript.</p></noscript></div>
</main>
<script type="text/plain" id="data">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

function summaryRow({ cells, outcome, notes }: SummaryRow): string {
  const [title = "", ...others] = cells;
  const rest = others.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("");
  return `<tr class="${outcome}"><th scope="row">${escapeHtml(title)}</th>${rest}</tr>
<tr class="notes"><td colspan="${cells.length}"><p>${notes.map(escapeHtml).join("<br>")}</p></td></tr>`;
}

const settings = (title: string, run: object): string =>
  `<h3>${escapeHtml(title)}</h3><pre>${escapeHtml(JSON.stringify(run, null, 2))}</pre>`;

/** Nothing but this one script runs and nothing is loaded, whatever a model wrote. */
const policy = (script: string): string =>
  `default-src 'none'; script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;

/** Bundling takes half a second: the script is kept in .cache/ under a hash of all that it is made of. */
async function pageScript(): Promise<string> {
  const folder = new URL("page/", import.meta.url);
  const files = [...readdirSync(folder).map((name) => `page/${name}`), "../text.ts", "../../package.json"];
  const hash = createHash("sha256");
  for (const name of files) hash.update(readFileSync(new URL(name, import.meta.url)));
  const file = fileURLToPath(new URL(`../../.cache/page-${hash.digest("hex").slice(0, 16)}.js`, import.meta.url));
  if (existsSync(file)) return readFileSync(file, "utf8");
  const script = await bundle();
  writeWhole(file, script);
  return script;
}

/** The page's script with its libraries, as one module. */
async function bundle(): Promise<string> {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: fileURLToPath(new URL("page/main.ts", import.meta.url)),
    platform: "browser",
    logLevel: "silent",
  });
  const { output } = await build.generate({ format: "es", minify: true });
  await build.close();
  return output[0].code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}
