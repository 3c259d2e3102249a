/** Evaluation in words. Pure. */
import type {
  CoverageView,
  FairnessCriterion,
  FairnessRate,
  Impact,
  MeasuredView,
  Slice,
  SliceMetric,
} from "../../backend/types";
import { capitalised, count, decimals, duration, joined, number, percent } from "../../format";
import type { Source } from "../../widgets/source";
import { metricValue } from "../metrics";

/** What the API calls a unit that only the owner of the model knows: it goes without saying. */
const UNNAMED = "target's unit";

/** A metric with its unit: shares as percent. */
export function measured(metric: Pick<MeasuredView, "name" | "unit">, value: number): string {
  const text = metric.unit === "%" ? percent(value) : metricValue(metric.name, value);
  return metric.unit && metric.unit !== "%" && metric.unit !== UNNAMED ? `${text} ${metric.unit}` : text;
}

/** A difference of two values with its sign; of shares in points. */
export function differenceText(metric: Pick<MeasuredView, "name" | "unit">, difference: number): string {
  const size = measured(metric, Math.abs(difference));
  return `${difference < 0 ? "−" : "+"}${size.replace(/%$/, " points")}`;
}

/** "90.6% to 92.2%", or nothing. */
export function intervalText(metric: Pick<MeasuredView, "name" | "unit" | "low" | "high">): string | undefined {
  if (typeof metric.low !== "number" || typeof metric.high !== "number") return undefined;
  return `${measured(metric, metric.low)} to ${measured(metric, metric.high)}`;
}

/** Where a measured number comes from. */
export function measuredSource(metric: MeasuredView, window: string): Source {
  const pairs: [string, string | undefined][] = [
    ["What", metric.definition],
    ["Interval", metric.interval || undefined],
    ["Exactness", typeof metric.bound === "number" ? `within ${number(metric.bound)} of the exact value` : "exact"],
    ["Rows", `${count(metric.n)}`],
    ["Window", window],
  ];
  return {
    title: capitalised(metric.title),
    lines: pairs.flatMap(([label, text]) => (text ? [{ label, text }] : [])),
  };
}

/** How much of the truth is known, and after how long. */
export function coverageText(coverage: CoverageView): string {
  if (coverage.rows === 0) return "No answer in this range.";
  const known = `${percent(coverage.share)} of ${count(coverage.rows)} rows are labelled`;
  const [half, most] = [coverage.lag_median_ms, coverage.lag_p90_ms];
  if (typeof half !== "number" || typeof most !== "number") return `${known}.`;
  return `${known}, half within ${joined(duration(half))}, 9 in 10 within ${joined(duration(most))}.`;
}

/** A slice's metric. */
export function sliceValue(metric: SliceMetric, value: number): string {
  return metric === "accuracy" ? percent(value) : number(value);
}

/** A slice's difference from the rest, with its sign. */
export function sliceDifference(metric: SliceMetric, value: number): string {
  const size = Math.abs(value);
  const text = metric === "accuracy" ? decimals(size * 100, 1) : number(size);
  return `${value < 0 ? "−" : "+"}${text}`;
}

export const SLICE_METRICS: Record<SliceMetric, string> = {
  accuracy: "Accuracy",
  mae: "MAE",
  business: "Business metric",
};

export const CRITERIA: Record<FairnessCriterion, { title: string; meaning: string }> = {
  demographic_parity: { title: "Demographic parity", meaning: "equal shares get the favourable answer" },
  equal_opportunity: {
    title: "Equal opportunity",
    meaning: "of those favourable in truth, equal shares get the favourable answer",
  },
  equalised_odds: {
    title: "Equalised odds",
    meaning: "equal shares get it of those favourable in truth, and of those who are not",
  },
};

export const IMPACTS: Record<Impact, { tone: "act" | "ok" | "watch"; word: string }> = {
  adverse: { tone: "act", word: "Below four fifths" },
  fair: { tone: "ok", word: "Within four fifths" },
  undecided: { tone: "watch", word: "Undecided" },
};

/** "87.2% (84.1% to 89.9%)". */
export function rateText(rate: FairnessRate | null | undefined): string {
  return rate ? `${percent(rate.value)} (${percent(rate.low)} to ${percent(rate.high)})` : "–";
}

/** The rows of a slice as a filter of recorded predictions; none where it has no such words: missing values, others. */
export function sliceFilter(slice: Pick<Slice, "conditions">): string | undefined {
  const parts = slice.conditions.map(({ feature, from, to, category }) => {
    if (feature.includes("`")) return undefined;
    const quote = ['"', "'"].find((one) => !category?.includes(one));
    if (typeof category === "string") return quote && `\`${feature}\` == ${quote}${category}${quote}`;
    const bounds = [
      typeof from === "number" && `\`${feature}\` >= ${from}`,
      typeof to === "number" && `\`${feature}\` < ${to}`,
    ].filter(Boolean);
    return bounds.join(" && ") || undefined;
  });
  return parts.every(Boolean) && parts.length ? parts.join(" && ") : undefined;
}
