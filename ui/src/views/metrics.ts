/** Metrics in words. Pure. */
import { decimals, number, percent } from "../format";

const TITLES: Record<string, string> = {
  accuracy: "Accuracy",
  f1: "F1",
  precision: "Precision",
  recall: "Recall",
  roc_auc: "ROC AUC",
  log_loss: "Log loss",
  brier: "Brier score",
  mae: "Mean absolute error",
  rmse: "Root mean squared error",
  r2: "R²",
};
const SHARES = ["accuracy", "f1", "precision", "recall"];

/** The metric's usual name; one unknown here is shown as the API names it. */
export function metricTitle(name: string): string {
  return TITLES[name] ?? name;
}

/** Shares as percent; scores and losses with three decimals; errors in the target's unit. */
export function metricValue(name: string, value: number): string {
  if (SHARES.includes(name)) return percent(value);
  return Math.abs(value) < 10 ? decimals(value, 3) : number(value);
}
