import { visible } from "./text.ts";

/** A mistake that the user can mend. Its message is one line that names the thing, the value and the way out; no stack is shown. */
export class UserError extends Error {
  override name = "UserError";

  constructor(message: string) {
    super(visible(message));
  }
}

/** The message of anything that was thrown; Vitest sends errors between its workers as plain objects. */
export function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : String(error);
}
