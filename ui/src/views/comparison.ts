/** Champion against challenger, in words. Pure. */
import { duration, joined, number, percent, signed } from "../format";
import type { ComparisonLine } from "../backend/types";

type Numbers = Pick<ComparisonLine, "unit">;

/** A value in the unit of its line: shares as percent, times as ms, others bare. */
export function lineValue(line: Numbers, value: number): string {
  if (isShare(line)) return percent(value);
  if (line.unit === "ms" || line.unit === "milliseconds") return joined(duration(value));
  return line.unit && line.unit !== "plain" ? `${precise(value)} ${line.unit}` : precise(value);
}

/** `+2.1 (+1.2 to +3.0)`: shares in points. */
export function lineDifference(line: ComparisonLine): string {
  const scale = isShare(line) ? 100 : 1;
  const show = (value: number) =>
    signed(value * scale, (size) => (isShare(line) ? size.toFixed(1) : lineValue(line, size)));
  const both = typeof line.low === "number" && typeof line.high === "number";
  return show(line.difference) + (both ? ` (${show(line.low ?? 0)} to ${show(line.high ?? 0)})` : "");
}

function isShare(line: Numbers): boolean {
  return ["share", "percent", "%"].includes(line.unit);
}

/** Scores and losses differ in the third digit. */
function precise(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(3) : number(value);
}
