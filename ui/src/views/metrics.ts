/** Metrics in words. Pure. */
import { decimals, number, percent } from "../format";

interface Words {
  title: string;
  /** What it measures, as a sentence goes on. */
  definition?: string;
  /** Shown as percent. */
  share?: boolean;
}

/** By the metric's name in small letters; the API says "ROC AUC" in one place and `roc_auc` in another. */
const WORDS: Record<string, Words> = {
  accuracy: { title: "Accuracy", definition: "share of right answers", share: true },
  f1: { title: "F1", definition: "harmonic mean of precision and recall", share: true },
  precision: { title: "Precision", definition: "of the answers for a class, the share that is right", share: true },
  recall: { title: "Recall", definition: "of the rows of a class, the share that is found", share: true },
  roc_auc: { title: "ROC AUC", definition: "chance that a positive row is scored above a negative one" },
  pr_auc: { title: "PR AUC", definition: "area under precision over recall" },
  log_loss: { title: "Log loss", definition: "mean of −ln of the probability given to the true class" },
  brier: { title: "Brier score", definition: "mean squared distance of the probability from what came true" },
  ece: {
    title: "Calibration error",
    definition: "mean distance of the stated probability from the share that came true",
  },
  mae: { title: "Mean absolute error", definition: "mean distance of the prediction from the truth" },
  rmse: { title: "Root mean squared error", definition: "square root of the mean squared distance from the truth" },
  "r²": { title: "R²", definition: "share of the truth's variance that the predictions explain" },
  mape: {
    title: "Mean absolute percentage error",
    definition: "mean distance from the truth, as a share of the truth",
    share: true,
  },
};

const ALIASES: Record<string, string> = { r2: "r²", brier_score: "brier", average_precision: "pr_auc" };

function words(name: string): Words | undefined {
  const key = name.toLowerCase().replaceAll(/[ -]/g, "_");
  return WORDS[ALIASES[key] ?? key];
}

/** The metric's usual name; one unknown here is shown as the API names it. */
export function metricTitle(name: string): string {
  return words(name)?.title ?? name;
}

/** What the metric measures. */
export function metricDefinition(name: string): string | undefined {
  return words(name)?.definition;
}

/** Shares as percent; scores and losses with three decimals; errors in the target's unit. */
export function metricValue(name: string, value: number): string {
  if (words(name)?.share) return percent(value);
  return Math.abs(value) < 10 ? decimals(value, 3) : number(value);
}
