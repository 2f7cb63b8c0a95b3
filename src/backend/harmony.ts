const MARKER = /<\|(?:start|end|message|channel|constrain|return|call)\|>/;
const FINAL = /<\|channel\|>\s*final[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>/g;
const ANALYSIS =
  /<\|channel\|>\s*analysis[^<]*<\|message\|>([\s\S]*?)(?=<\|end\|>|<\|start\|>|<\|channel\|>|<\|return\|>|$)/g;

/** Whether a server let Harmony's markers leak into this text. */
export const hasMarker = (content: string): boolean => MARKER.test(content);

/**
 * Splits text into which a server let Harmony's markers leak: the last final channel is the answer, the analysis
 * channels are reasoning. Text without markers is the answer as it stands.
 * Format: https://cookbook.openai.com/articles/openai-harmony
 */
export function splitChannels(content: string): { text: string; reasoning: string } {
  if (!hasMarker(content)) return { text: content, reasoning: "" };
  const reasoning = [...content.matchAll(ANALYSIS)].map((match) => match[1]!.trim()).join("\n");
  const final = [...content.matchAll(FINAL)].at(-1);
  // Without a final channel only what stands before any channel can be an answer: the rest is unfinished thought.
  const answer = final ? content.slice(final.index + final[0].length) : content.replace(/^<\|start\|>assistant/, "");
  return { text: answer.split(MARKER)[0]!.trim(), reasoning };
}
