import type { PageItem } from "../page-data.ts";

const MARKS = { correct: "✓", incorrect: "✗", skipped: "–", error: "!", "not run": "·" };

/** An item's verdict in words; never colour alone. */
export const verdictOf = ({ verdict }: Pick<PageItem, "verdict">) => verdict ?? "not run";

/** The verdict with its mark. */
export const markedVerdict = (item: Pick<PageItem, "verdict">): string =>
  `${MARKS[verdictOf(item)]} ${verdictOf(item)}`;

export const isTruncated = ({ finishReason }: PageItem): boolean => finishReason === "length";

export const hrefOf = ({ link }: PageItem): string => `#${encodeURI(link)}`;

export const secondsOf = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
