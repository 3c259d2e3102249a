/** Rules, channels and deliveries to test screens with. */
import type { Backtest, Channel, DeliveryView, RuleChoices, RulesView } from "../backend/types";
import { CHART, NOW } from "./fixtures";

export const CHOICES: RuleChoices = {
  signals: [
    {
      signal: "input_drift",
      title: "drift of an input (PSI)",
      unit: "plain",
      counted: "rows",
      worse: "above",
      first: 0.2,
      subject: "any_input",
    },
    {
      signal: "accuracy",
      title: "accuracy",
      unit: "share",
      counted: "labels",
      worse: "below",
      first: 0.9,
      subject: "none",
    },
    {
      signal: "metric",
      title: "a metric",
      unit: "plain",
      counted: "labels",
      worse: "below",
      first: 0.9,
      subject: "metric",
    },
    {
      signal: "error_share",
      title: "share of failed requests",
      unit: "share",
      counted: "requests",
      worse: "above",
      first: 0.01,
      subject: "none",
    },
    {
      signal: "latency_p99",
      title: "latency p99",
      unit: "milliseconds",
      counted: "requests",
      worse: "above",
      first: 100,
      subject: "none",
    },
    {
      signal: "throughput",
      title: "requests a second",
      unit: "per_second",
      counted: "requests",
      worse: "below",
      first: 1,
      subject: "none",
    },
  ],
  metrics: [
    { name: "accuracy", title: "accuracy", higher_is_better: true },
    { name: "f1", title: "F1", higher_is_better: true },
  ],
  burn_rates: [
    { long_s: 3600, short_s: 300, factor: 14.4, severity: "act", budget: 0.02 },
    { long_s: 21_600, short_s: 1800, factor: 6, severity: "act", budget: 0.05 },
  ],
};

export const RULES: RulesView = {
  defaults: true,
  window_s: 900,
  snoozed_until: null,
  rules: [
    {
      rule: {
        id: "error_share",
        name: "",
        signal: "error_share",
        subject: null,
        condition: { kind: "threshold" },
        direction: "above",
        threshold: 0.05,
        window_s: null,
        delay_s: 0,
        hold: 3,
        cool_down_s: 60,
        severity: "act",
        enabled: true,
        channels: null,
      },
      says: "share of failed requests above 5.0% over 15 min",
      state: "firing",
      compared: 0.08,
      unit: "share",
      snoozed_until: null,
    },
  ],
};

export const BACKTEST: Backtest = {
  from: NOW - 30 * 86_400_000,
  to: NOW,
  step_ms: 3_600_000,
  sentence: "would have fired 3 times in 30 days, for 5 h in all",
  notes: ["evaluated every 1 h"],
  firings: [
    { from: NOW - 86_400_000, until: NOW - 82_800_000, message: "share of failed requests is 8.0%", severity: "act" },
  ],
  firing_ms: 18_000_000,
  evaluations: 720,
  judged: 700,
  points: [],
  unit: "share",
  chart: { svg: CHART.svg, frame: CHART.frame },
};

export const CHANNEL: Channel = {
  id: 3,
  name: "On call",
  enabled: true,
  target: { kind: "webhook", url: "https://example.org/hook", secret: "***" },
  severity: "watch",
  models: [],
  resolved: true,
  group_s: 10,
};

export const DELIVERY: DeliveryView = {
  id: 9,
  channel: 3,
  channel_name: "On call",
  created: NOW - 60_000,
  state: "waiting",
  due: NOW + 20_000,
  tried: 1,
  notices: [],
  attempts: [{ number: 1, time: NOW - 50_000, took_ms: 12, ok: false, answer: "it answered 503 Service Unavailable" }],
};
