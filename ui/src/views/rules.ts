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

export function newRule(): Rule {
  return {
    signal: "latency_p99",
    direction: "above",
    threshold: 100,
    hold: 3,
    cool_down_s: 300,
    severity: "watch",
    enabled: true,
  };
}
