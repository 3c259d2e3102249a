/** Champion against challenger, in words. Pure. */
import { bytes, decimals, duration, joined, NONE, number, percent, signed } from "../format";
import type { ComparisonLine } from "../backend/types";

type Numbers = Pick<ComparisonLine, "unit">;

/** A value in the unit of its line: shares as percent, microseconds as time, others bare. */
export function lineValue(line: Numbers, value: number): string {
  if (line.unit === "share") return percent(value);
  if (line.unit === "µs") return joined(duration(value / 1000));
  if (line.unit === "bytes") return bytes(value);
  return precise(value);
}

/** `+2.1 (+1.2 to +3.0)`: shares in points. */
export function lineDifference(line: ComparisonLine): string {
  const points = line.unit === "share";
  const show = (value: number) => signed(value, (size) => (points ? decimals(size * 100, 1) : lineValue(line, size)));
  const both = typeof line.low === "number" && typeof line.high === "number";
  return show(line.difference) + (both ? ` (${show(line.low ?? 0)} to ${show(line.high ?? 0)})` : "");
}

/** Whether nothing was measured: the reason says why. */
export function unmeasured(line: ComparisonLine): boolean {
  return line.champion === 0 && line.challenger === 0;
}

/** Whether only the difference is known, as of a part of the rows. */
export function onlyDifference(line: ComparisonLine): boolean {
  return unmeasured(line) && typeof line.low === "number";
}

/** Scores and losses differ in the third digit. */
function precise(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  return Math.abs(value) < 10 ? decimals(value, 3) : number(value);
}
