import { styleText } from "node:util";

/** Ends the run before any test with one line on stderr: exit code 1, no stack. For what the user can mend. */
export function abort(message: string): never {
  process.stderr.write(`\n${styleText("red", "Error")} ${message}\n\n`);
  process.exit(1);
}
