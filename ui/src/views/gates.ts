/** Gates of single metrics: which there are, and what a limit means. Pure. */
import type { GateMetric, Limit, Schema } from "../backend/types";

export const METRICS: { metric: GateMetric; title: string; task: Schema["task"] }[] = [
  { metric: "accuracy", title: "accuracy", task: "classification" },
  { metric: "f1", title: "F1", task: "classification" },
  { metric: "roc_auc", title: "ROC AUC", task: "classification" },
  { metric: "log_loss", title: "log loss", task: "classification" },
  { metric: "brier", title: "Brier score", task: "classification" },
  { metric: "calibration_error", title: "calibration error", task: "classification" },
  { metric: "rmse", title: "RMSE", task: "regression" },
  { metric: "mae", title: "MAE", task: "regression" },
  { metric: "r2", title: "R²", task: "regression" },
];

export const LIMITS: { kind: Limit["kind"]; title: string }[] = [
  { kind: "reach", title: "reaches" },
  { kind: "keep", title: "is worse by at most, as a share" },
  { kind: "surely_keep", title: "is surely worse by at most" },
];

const ERRORS: GateMetric[] = ["log_loss", "brier", "calibration_error", "mae", "rmse"];

/** A limit of a kind that has just been chosen. */
export function limitOf(kind: string, metric: GateMetric): Limit {
  if (kind === "reach") return { kind, value: ERRORS.includes(metric) ? 0.2 : 0.9 };
  if (kind === "keep") return { kind, share: 0.01 };
  return { kind: "surely_keep", margin: 0.01 };
}

export function withAmount(limit: Limit, amount: number): Limit {
  if (limit.kind === "reach") return { ...limit, value: amount };
  if (limit.kind === "keep") return { ...limit, share: amount };
  return { ...limit, margin: amount };
}

/** What the number of a limit is. */
export function limitUnit(limit: Limit): string {
  return limit.kind === "keep" ? "a share of the champion's value" : "in the metric's unit";
}
