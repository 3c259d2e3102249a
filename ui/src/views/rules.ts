/** Alert rules in words. Pure. */
import type { Rule, Signal } from "../backend/types";

export const SIGNALS: Record<Signal, string> = {
  input_drift: "drift of an input (PSI)",
  prediction_drift: "drift of the predictions (PSI)",
  accuracy: "accuracy",
  mean_absolute_error: "mean absolute error",
  metric: "a metric",
  error_share: "share of failed requests",
  latency_p50: "latency p50",
  latency_p95: "latency p95",
  throughput: "requests a second",
  label_coverage: "label coverage",
  label_lag: "delay of labels",
  missing_share: "share of missing values",
  quality_violation: "share of failed quality checks",
  latency_p99: "latency p99",
};

/** Signals kept as shares (0..1) and shown as percent. */
export const SHARES: Signal[] = ["accuracy", "error_share", "label_coverage", "missing_share", "quality_violation"];

/** What a new rule on a signal starts with: in milliseconds, shares, PSI or the target's unit. */
const FIRST: Record<Signal, Pick<Rule, "direction" | "threshold">> = {
  input_drift: { direction: "above", threshold: 0.2 },
  prediction_drift: { direction: "above", threshold: 0.2 },
  accuracy: { direction: "below", threshold: 0.9 },
  mean_absolute_error: { direction: "above", threshold: 1 },
  error_share: { direction: "above", threshold: 0.01 },
  metric: { direction: "below", threshold: 0.9 },
  latency_p50: { direction: "above", threshold: 50 },
  latency_p95: { direction: "above", threshold: 100 },
  latency_p99: { direction: "above", threshold: 100 },
  throughput: { direction: "below", threshold: 1 },
  label_coverage: { direction: "below", threshold: 0.5 },
  label_lag: { direction: "above", threshold: 3600 },
  missing_share: { direction: "above", threshold: 0.1 },
  quality_violation: { direction: "above", threshold: 0 },
};

/** Signals without a rule yet: each has one at most. */
export function freeSignals(rules: Rule[]): Signal[] {
  return (Object.keys(SIGNALS) as Signal[]).filter((signal) => !rules.some((rule) => rule.signal === signal));
}

export function newRule(signal: Signal): Rule {
  return {
    id: "",
    name: "",
    condition: { kind: "threshold" },
    delay_s: 0,
    signal,
    ...FIRST[signal],
    hold: 3,
    cool_down_s: 300,
    severity: "watch",
    enabled: true,
  };
}
