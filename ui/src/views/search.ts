/** A search for settings in words and rows. Pure. */
import { count, plural } from "../format";
import type { Parameter, Study, Trial } from "../backend/types";

export interface TrialRow {
  number: number;
  values: string[];
  loss: number | null;
  tookMs: number;
  ended: string;
  error?: string;
  best: boolean;
}

/** Fewer trials say nothing of what moves the loss; the same as the server's. */
const LEAST = 12;

/** A parameter's value as people write it. */
export function valueText(parameter: Parameter | undefined, value: number): string {
  if (parameter?.domain.kind === "choice") return parameter.domain.options[value] ?? "";
  if (parameter?.domain.kind === "whole") return count(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

/** Complete trials by their loss, then those that were stopped, then those that failed. */
export function trialRows(study: Study): TrialRow[] {
  const stage = (trial: Trial) => ["complete", "stopped", "failed"].indexOf(trial.state);
  const rows = study.trials.map((trial, index) => ({ trial, index }));
  rows.sort(
    (a, b) =>
      stage(a.trial) - stage(b.trial) || (a.trial.loss ?? Infinity) - (b.trial.loss ?? Infinity) || a.index - b.index,
  );
  return rows.map(({ trial, index }) => ({
    number: index + 1,
    values: trial.values.map((value, at) => valueText(study.search.parameters[at], value)),
    loss: trial.loss ?? null,
    tookMs: trial.took_ms,
    ended: trial.state === "complete" ? "" : trial.state === "stopped" ? `stopped at ${count(trial.steps)}` : "failed",
    error: trial.error ?? undefined,
    best: study.best === index,
  }));
}

export function importanceEmpty(study: Study): string {
  const left = LEAST - study.trials.filter((trial) => typeof trial.loss === "number").length;
  return left > 0 ? `${plural(left, "more trial")} to say what moves it` : "No parameter moved it";
}
