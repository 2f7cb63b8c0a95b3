import { oneLine } from "../text.ts";
import type { EvalInfo } from "../types.ts";
import type { EvalRun } from "./build.ts";

/** The runs of a report, one per eval and variant, and what keeps them from being whole. */
export interface Merged {
  readonly runs: readonly EvalRun[];
  readonly problems: readonly string[];
}

/**
 * Puts the shards of each eval and variant together: each item once, in the dataset's order. A shard that is missing, there
 * twice, or of another run (another dataset, prompt, model or setting) is a problem, since the number would be of nobody's run.
 */
export function mergeShards(runs: readonly EvalRun[]): Merged {
  const groups = Map.groupBy(runs, ({ info }) => titleOf(info));
  // By name, so that the order in which files or blobs were read does not show; variants keep theirs.
  const merged = [...groups].map(([title, parts]) => mergeOne(title, parts));
  merged.sort((a, b) => (a.run.info.name < b.run.info.name ? -1 : Number(a.run.info.name > b.run.info.name)));
  return { runs: merged.map(({ run }) => run), problems: merged.flatMap(({ problems }) => problems) };
}

/** The name of an eval in its variant. */
export const titleOf = ({ name, variant }: Pick<EvalInfo, "name" | "variant">): string =>
  oneLine(variant ? `${name} [${variant}]` : name);

function mergeOne(title: string, parts: readonly EvalRun[]): { run: EvalRun; problems: string[] } {
  const [first] = parts as [EvalRun, ...EvalRun[]];
  const records = parts.flatMap(({ records }) => records);
  records.sort((a, b) => a.index - b.index || a.repeat - b.repeat);
  const run = { info: first.info, records, elapsedMs: Math.max(...parts.map(({ elapsedMs }) => elapsedMs)) };
  return { run, problems: [...unlikeParts(title, parts), ...wrongNumberOfParts(title, parts)] };
}

function unlikeParts(title: string, parts: readonly EvalRun[]): string[] {
  const circumstances = ({ info }: EvalRun) => JSON.stringify({ ...info, shard: info.shard?.count ?? null });
  const expected = circumstances(parts[0]!);
  return parts.flatMap((part) => {
    if (circumstances(part) === expected) return [];
    return [
      `${title}: shard ${part.info.shard?.index ?? "?"} is of another run than shard ${parts[0]!.info.shard?.index ?? "?"} (dataset, prompt, model or settings differ)`,
    ];
  });
}

function wrongNumberOfParts(title: string, parts: readonly EvalRun[]): string[] {
  const shard = parts[0]!.info.shard;
  if (!shard) return parts.length === 1 ? [] : [`${title} is there ${parts.length} times`];
  return Array.from({ length: shard.count }, (_, at) => at + 1).flatMap((index) => {
    const found = parts.filter(({ info }) => info.shard?.index === index).length;
    if (found === 1) return [];
    return [`${title}: shard ${index} of ${shard.count} is ${found === 0 ? "missing" : `there ${found} times`}`];
  });
}
