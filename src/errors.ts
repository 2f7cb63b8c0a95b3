/** A mistake that the user can mend. Its message is one line that names the thing, the value and the way out; no stack is shown. */
export class UserError extends Error {
  override name = "UserError";
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
