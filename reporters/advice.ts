import type { Report } from "../src/report/schema.ts";

/** The command that shows the first wrong item. `flags` has one entry per eval that is in a report: what finds that. */
export function wayToLookInto({ evals }: Report, flags: readonly string[]): string[] {
  const commands = evals.flatMap(({ items }, index) => {
    const wrong = items.find(({ verdict }) => verdict === "incorrect" || verdict === "error");
    const flag = flags[index];
    return wrong && flag !== undefined ? [`npm run show -- ${quoted(wrong.id)}${flag}`] : [];
  });
  return commands.slice(0, 1).map((command) => `to look into an item: ${command}`);
}

/** The command line of this run with --cache: what was answered is then not asked, and not paid, again. */
export function commandWithCache(): string {
  const words = process.argv.slice(2).filter((word) => word !== "--cache");
  return ["npx", "vitest", ...words.map(quoted), ...(words.includes("--") ? [] : ["--"]), "--cache"].join(" ");
}

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
