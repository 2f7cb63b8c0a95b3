/** The share and its limits, from 0 to 1. */
export type Interval = readonly [low: number, high: number];

const Z = 1.959963984540054;

/** Wilson's 95 % score interval of a share, which holds near 0 and 1 and for few items. Wilson 1927, doi:10.1080/01621459.1927.10502953. */
export function wilson(correct: number, scored: number): Interval | null {
  if (scored === 0) return null;
  const share = correct / scored;
  const spread = Z * Math.sqrt((share * (1 - share) + Z ** 2 / (4 * scored)) / scored);
  const centre = share + Z ** 2 / (2 * scored);
  const scale = 1 + Z ** 2 / scored;
  return [clamp((centre - spread) / scale), clamp((centre + spread) / scale)];
}

/**
 * A 95 % interval of the accuracy over several completions per item, with errors clustered by item: completions of one
 * item are not independent. Miller 2024, arXiv:2411.00640, section 2.2.
 */
export function clusteredInterval(items: readonly { correct: number; scored: number }[]): Interval | null {
  const scored = sum(items.map((item) => item.scored));
  if (scored === 0) return null;
  const accuracy = sum(items.map((item) => item.correct)) / scored;
  const variance = sum(items.map((item) => (item.correct - item.scored * accuracy) ** 2)) / scored ** 2;
  const spread = Z * Math.sqrt(variance);
  return [clamp(accuracy - spread), clamp(accuracy + spread)];
}

/** The unbiased estimate that at least one of k of an item's n completions is correct, c being so. Chen et al. 2021, arXiv:2107.03374, equation 1. */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let noneCorrect = 1;
  for (let i = n - c + 1; i <= n; i++) noneCorrect *= 1 - k / i;
  return 1 - noneCorrect;
}

/** The value below which a share `q` of the values lies (nearest rank); 0 for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const clamp = (share: number): number => Math.min(1, Math.max(0, share));
