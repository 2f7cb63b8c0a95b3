/** `npm run schema`: writes the report's JSON Schema, which other people's scripts may check against. */
import { writeFileSync } from "node:fs";
import { reportJsonSchema } from "./schema.ts";

writeFileSync(new URL("../../reporters/accuracy.schema.json", import.meta.url), reportJsonSchema());
