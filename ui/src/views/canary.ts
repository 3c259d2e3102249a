/** Canaries in words. Pure. */
import type { CanaryCheck, CanarySettings, CanaryView, RunState } from "../backend/types";
import { duration, joined, number, percent, plural } from "../format";

export function isActive(canary: CanaryView | undefined): boolean {
  return canary?.state === "running" || canary?.state === "watching";
}

const KINDS: Record<CanaryCheck["kind"], string> = {
  errors: "Failed requests",
  latency: "Latency p95",
  outputs: "Answers, PSI",
  accuracy: "Accuracy of labelled answers",
  mean_absolute_error: "Mean absolute error",
  alerts: "Alerts since it began",
};

export function checkTitle(check: CanaryCheck): string {
  return KINDS[check.kind];
}

/** A check's number as people read it. */
export function checkValue(check: CanaryCheck, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (check.kind === "errors" || check.kind === "accuracy") return percent(value);
  if (check.kind === "latency") return joined(duration(value));
  return number(value);
}

/** "at most 16 ms", "at least 85.0%". */
export function checkLimit(check: CanaryCheck): string {
  if (check.kind === "alerts" || check.limit === null || check.limit === undefined) return "";
  return `at ${check.kind === "accuracy" ? "least" : "most"} ${checkValue(check, check.limit)}`;
}

/** `4:05`, or `1:02:09`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (part: number) => String(part).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** What the step under way waits for. */
export function waitsText(canary: CanaryView, now: number): string {
  const waits = canary.waits;
  if (!waits) return "";
  const left = waits.until - now;
  const parts = [
    ...(left > 0 ? [`${clockText(left)} left`] : []),
    ...(waits.requests > 0 && canary.state === "running" ? [`${plural(waits.requests, "request")} to come`] : []),
  ];
  return parts.join(", ") || "judged now";
}

export function shareText(share: number): string {
  return percent(share, Number.isInteger(Math.round(share * 1000) / 10) ? 0 : 1);
}

const STATES: Record<CanaryView["state"], string> = {
  running: "under way",
  watching: "promoted, and watched",
  promoted: "promoted",
  stepped_back: "stepped back",
  aborted: "ended",
};

export function stateText(canary: CanaryView): string {
  return STATES[canary.state];
}

/** "10, 50 and 100% of the requests, each for 10 min and 100 requests at least". */
export function planText(settings: CanarySettings): string {
  const shares = settings.shares.map((share) => number(share * 100));
  const last = shares.pop() ?? "";
  const listed = shares.length ? `${shares.join(", ")} and ${last}` : last;
  const each = settings.shares.length > 1 ? "each for" : "for";
  return `${listed}% of the requests, ${each} ${joined(duration(settings.step_s * 1000))} and ${plural(settings.min_requests, "request")} at least`;
}

/** Shares from what was typed in percent; nothing where that is no rising list. */
export function sharesFrom(text: string): number[] | undefined {
  const shares = text
    .split(/[\s,;→%]+/)
    .filter(Boolean)
    .map((part) => Number(part) / 100);
  const rising = shares.every((share, at) => share > (shares[at - 1] ?? 0) && share <= 1);
  return shares.length > 0 && shares.length <= 20 && rising ? shares : undefined;
}

/** Whether what a run trained may still be promoted. */
export function isPromotable(state: RunState): boolean {
  return state === "held" || state === "stepped_back";
}
