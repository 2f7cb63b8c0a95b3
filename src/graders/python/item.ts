import type { Item } from "../../types.ts";

/** A row of HumanEval (Chen et al. 2021, arXiv 2107.03374): `id` is its task_id. */
export interface PythonItem extends Item {
  readonly prompt: string;
  readonly entry_point: string;
  readonly test: string;
}
