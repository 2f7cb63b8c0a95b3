import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const folder = new URL("../../../shared/data/recorded/", import.meta.url);

/** The recorded rows of a file, or undefined where this machine does not have them. */
export function recorded<T>(name: string): T[] | undefined {
  const file = new URL(name, folder);
  if (!existsSync(file)) return undefined;
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}
