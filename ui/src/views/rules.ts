/** Alert rules in words. Pure. */
import type { Rule, Signal } from "../backend/types";

export const SIGNALS: Record<Signal, string> = {
  input_drift: "drift of an input (PSI)",
  prediction_drift: "drift of the predictions (PSI)",
  accuracy: "accuracy",
  mean_absolute_error: "mean absolute error",
  error_share: "share of failed requests",
  latency_p99: "latency p99",
};

/** Signals kept as shares (0..1) and shown as percent. */
export const SHARES: Signal[] = ["accuracy", "error_share"];

/** What a new rule on a signal starts with: in milliseconds, shares, PSI or the target's unit. */
const FIRST: Record<Signal, Pick<Rule, "direction" | "threshold">> = {
  input_drift: { direction: "above", threshold: 0.2 },
  prediction_drift: { direction: "above", threshold: 0.2 },
  accuracy: { direction: "below", threshold: 0.9 },
  mean_absolute_error: { direction: "above", threshold: 1 },
  error_share: { direction: "above", threshold: 0.01 },
  latency_p99: { direction: "above", threshold: 100 },
};

/** Signals without a rule yet: each has one at most. */
export function freeSignals(rules: Rule[]): Signal[] {
  return (Object.keys(SIGNALS) as Signal[]).filter((signal) => !rules.some((rule) => rule.signal === signal));
}

export function newRule(signal: Signal): Rule {
  return {
    signal,
    ...FIRST[signal],
    hold: 3,
    cool_down_s: 300,
    severity: "watch",
    enabled: true,
  };
}
