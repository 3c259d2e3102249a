/** Alert rules as the editor sees them. Pure. */
import type { BurnRatePreset, Condition, Rule, RuleChoices, SignalUnit, SignalView } from "../backend/types";

export type Kind = Condition["kind"];

export const KINDS: Record<Kind, { title: string; text: string }> = {
  threshold: { title: "Threshold", text: "the value itself is beyond a limit" },
  change: { title: "Change", text: "it moved from the window before" },
  burn_rate: { title: "Burn rate", text: "an error budget is used up too fast, over a long and a short window" },
  anomaly: { title: "Anomaly", text: "it is far from what is usual at that time, learnt from history" },
  no_traffic: { title: "No traffic", text: "nothing is asked where requests were to be expected" },
};

/** The unit of the threshold, for signals in their own unit and figures made of them. */
export function thresholdUnit(rule: Rule, signal: SignalView | undefined): SignalUnit {
  switch (rule.condition?.kind) {
    case "burn_rate":
      return "times";
    case "anomaly":
      return "sigmas";
    case "no_traffic":
      return "minutes";
    case "change":
      return rule.condition.relative ? "share" : (signal?.unit ?? "plain");
    default:
      return signal?.unit ?? "plain";
  }
}

/** Shares are kept from 0 to 1 and typed as percent. */
export function scale(unit: SignalUnit): number {
  return unit === "share" ? 100 : 1;
}

export const UNITS: Record<SignalUnit, string> = {
  share: "%",
  milliseconds: "ms",
  seconds: "s",
  per_second: "/s",
  minutes: "min",
  times: "×",
  sigmas: "σ",
  plain: "",
};

/** A figure with its unit, short. */
export function figure(value: number | null | undefined, unit: SignalUnit): string {
  if (value === null || value === undefined) return "–";
  const scaled = value * scale(unit);
  const text = scaled.toLocaleString("en-US", { maximumSignificantDigits: 3 });
  const mark = UNITS[unit];
  return mark === "%" || mark === "/s" || mark === "×" || mark === "σ" ? text + mark : mark ? `${text} ${mark}` : text;
}

/** What a new rule on a signal starts with. */
export function newRule(signal: SignalView, choices: RuleChoices): Rule {
  return {
    id: "",
    name: "",
    signal: signal.signal,
    subject: signal.subject === "metric" ? (choices.metrics[1]?.name ?? choices.metrics[0]?.name) : null,
    condition: { kind: "threshold" },
    direction: signal.worse,
    threshold: signal.first,
    window_s: null,
    delay_s: 0,
    hold: 3,
    cool_down_s: 300,
    severity: "watch",
    enabled: true,
    channels: null,
  };
}

/** The same rule on another signal: what does not fit is set anew. */
export function onSignal(rule: Rule, signal: SignalView, choices: RuleChoices): Rule {
  const fresh = { ...newRule(signal, choices), id: rule.id, name: rule.name, severity: rule.severity };
  const kind = rule.condition?.kind ?? "threshold";
  return kinds(signal).includes(kind) && kind !== "threshold" ? withKind(fresh, kind, signal, choices) : fresh;
}

/** Conditions that make sense for a signal. */
export function kinds(signal: SignalView): Kind[] {
  const all: Kind[] = ["threshold", "change", "anomaly"];
  if (signal.unit === "share") all.push("burn_rate");
  if (signal.signal === "throughput") all.push("no_traffic");
  return all;
}

/** The same rule with another condition, and a threshold that suits it. */
export function withKind(rule: Rule, kind: Kind, signal: SignalView, choices: RuleChoices): Rule {
  const base = { ...rule, window_s: null, direction: signal.worse, threshold: signal.first };
  switch (kind) {
    case "threshold":
      return { ...base, condition: { kind } };
    case "change":
      return { ...base, condition: { kind, relative: true }, threshold: 0.5 };
    case "anomaly":
      return {
        ...base,
        condition: { kind, season: "hour_of_day", history_days: 28 },
        direction: "either",
        threshold: 3,
        window_s: 3600,
        hold: 1,
      };
    case "no_traffic":
      return { ...base, condition: { kind }, threshold: 10, hold: 1, name: rule.name };
    case "burn_rate": {
      const preset = choices.burn_rates[0] ?? { long_s: 3600, short_s: 300, factor: 14.4, severity: "act" as const };
      const objective = signal.worse === "above" ? 0.999 : signal.first;
      return withPreset({ ...base, condition: { kind, objective, short_s: 300, min_events: 100 }, hold: 1 }, preset);
    }
  }
}

export function withPreset(
  rule: Rule,
  preset: Pick<BurnRatePreset, "long_s" | "short_s" | "factor" | "severity">,
): Rule {
  if (rule.condition?.kind !== "burn_rate") return rule;
  return {
    ...rule,
    window_s: preset.long_s,
    condition: { ...rule.condition, short_s: preset.short_s },
    threshold: preset.factor,
    severity: preset.severity,
  };
}

/** Lengths of time to choose from, seconds. */
export const WINDOWS = [60, 300, 900, 1800, 3600, 6 * 3600, 86_400, 3 * 86_400, 7 * 86_400];

/** "15 min", "6 h", "3 days". */
export function stretch(seconds: number): string {
  if (seconds % 86_400 === 0 && seconds > 0) return seconds === 86_400 ? "1 day" : `${seconds / 86_400} days`;
  if (seconds % 3600 === 0 && seconds > 0) return `${seconds / 3600} h`;
  if (seconds % 60 === 0 && seconds > 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}
