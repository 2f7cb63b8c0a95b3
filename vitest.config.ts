import { defineConfig } from "vitest/config";
import { evals } from "./src/plugin.ts";

export default defineConfig({
  plugins: [evals()],
  test: { include: ["evals/**/*.eval.ts"] },
});
