/**
 * Between pixels and data of a chart that the server drew. Pure: the crosshair, the tooltip, the brush and the data
 * table are made from this, without drawing the chart again.
 */
import { bytes, count, duration, joined, number, percent, time } from "../format";
import type { Axis, Frame, FrameSeries, Unit } from "../backend/types";

/** The x value at a share (0..1) of the plot's width. */
export function valueAt(axis: Axis, share: number): number {
  return axis.from + (axis.to - axis.from) * share;
}

/** The share (0..1) of the plot's width at a pixel of the chart, clamped to the plot. */
export function shareAt(frame: Frame, pixel: number): number {
  const share = (pixel - frame.plot.x) / frame.plot.width;
  return Math.min(1, Math.max(0, share));
}

/** Where a data point lies in the chart, in pixels. */
export function pixel(frame: Frame, x: number, y: number): { x: number; y: number } {
  const { plot } = frame;
  return {
    x: plot.x + (plot.width * (x - frame.x.from)) / (frame.x.to - frame.x.from),
    y: plot.y + (plot.height * (frame.y.to - y)) / (frame.y.to - frame.y.from),
  };
}

/** The index of the point nearest to `x`; -1 when there is none. Points are sorted by x. */
export function nearest(points: FrameSeries["points"], x: number): number {
  let low = 0;
  let high = points.length - 1;
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1]?.[0] ?? -Infinity;
  const after = points[low]?.[0] ?? Infinity;
  return x - before < after - x ? low - 1 : low;
}

export interface Reading {
  name: string;
  color: string;
  text: string;
  /** Where its dot goes; none for a missing value. */
  spot?: { x: number; y: number };
}

/** What the cell of a row says at `x`: on a time axis a cell reaches from its own x to the next one's. */
export function cellAt(frame: Frame, row: string, x: number): Reading[] {
  const series = frame.series.find((one) => one.name === row);
  const end = frame.x.kind === "category" ? Math.floor(x) + 1 : x;
  const [, value] = series?.points.findLast((point) => (point[0] ?? Infinity) <= end) ?? [];
  if (!series || value === undefined) return [];
  return [{ name: row, color: series.color, text: write(value, series.unit) }];
}

/** What each series says at `x`: nothing further away than `reach` pixels. */
export function readings(frame: Frame, x: number, reach = 24): Reading[] {
  const within = (reach / frame.plot.width) * (frame.x.to - frame.x.from);
  return frame.series.flatMap((series) => {
    const index = nearest(series.points, x);
    const [at, value] = series.points[index] ?? [];
    if (at === undefined || at === null || Math.abs(at - x) > within) return [];
    const band = series.band[index];
    return {
      name: series.name,
      color: series.color,
      text: write(value, series.unit) + bandText(band, series.unit),
      spot: value === null || value === undefined ? undefined : pixel(frame, at, value),
    };
  });
}

function bandText(band: FrameSeries["band"][number] | undefined, unit: Unit): string {
  if (typeof band?.low !== "number" || typeof band.high !== "number") return "";
  return ` (${write(band.low, unit)} to ${write(band.high, unit)})`;
}

/** A value in the words of its unit. */
export function write(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return "no data";
  switch (unit) {
    case "milliseconds":
      return joined(duration(value));
    case "percent":
      return percent(value, Math.abs(value) < 0.1 && value !== 0 ? 2 : 1);
    case "per_second":
      return `${number(value)}/s`;
    case "count":
      return Number.isInteger(value) ? count(value) : number(value);
    case "bytes":
      return bytes(value);
    case "plain":
      return number(value);
  }
}

/** An x value in words. */
export function writeX(axis: Axis, x: number): string {
  if (axis.kind === "time") {
    const day = axis.to - axis.from > 86_400_000;
    return day
      ? `${new Date(x).toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time(x)}`
      : time(x, true);
  }
  if (axis.kind === "category") return axis.categories[Math.floor(x)] ?? "";
  const text = Number.isInteger(x) ? count(x) : number(x);
  return axis.name ? `${axis.name} ${text}` : text;
}

export interface TableData {
  header: string[];
  rows: string[][];
}

/** A series' columns: its values, then the ends of its band where it has one. */
function columns(series: FrameSeries): { name: string; at: Map<number, number | null | undefined> }[] {
  const by = (value: (index: number) => number | null | undefined) =>
    new Map(series.points.map((point, index) => [point[0] ?? 0, value(index)]));
  const values = { name: series.name, at: by((index) => series.points[index]?.[1]) };
  if (series.band.length === 0) return [values];
  const low = { name: `${series.name}, from`, at: by((index) => series.band[index]?.low) };
  return [values, low, { name: `${series.name}, to`, at: by((index) => series.band[index]?.high) }];
}

/** The numbers behind a chart: one row per x, newest first on time axes. */
export function table(frame: Frame): TableData {
  const xs = [...new Set(frame.series.flatMap((series) => series.points.map((point) => point[0] ?? 0)))];
  xs.sort((a, b) => (frame.x.kind === "time" ? b - a : a - b));
  const all = frame.series.flatMap((series) => columns(series).map((column) => ({ ...column, unit: series.unit })));
  const first = frame.x.kind === "time" ? "Time" : frame.x.name || "Value";
  return {
    header: [first, ...all.map((column) => column.name)],
    rows: xs.map((x) => [
      writeX(frame.x, x),
      ...all.map(({ at, unit }) => {
        const value = at.get(x);
        return value === undefined ? "" : write(value, unit);
      }),
    ]),
  };
}

/** A chart in a few words a series, for those who can't see it: where it stands and how far it reached. */
export function summary(frame: Frame): TableData {
  const rows = frame.series.map((series) => {
    const values = series.points.flatMap((point) => (typeof point[1] === "number" ? [point[1]] : []));
    if (values.length === 0) return [series.name, "no data", "", ""];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [series.name, ...[values.at(-1), low, high].map((value) => write(value, series.unit))];
  });
  return { header: ["Series", frame.x.kind === "time" ? "Latest" : "Last", "Lowest", "Highest"], rows };
}

/** The brush as a range of x values, or nothing when it is too narrow to be meant. */
export function brushed(frame: Frame, start: number, end: number): [number, number] | undefined {
  const [low, high] = [shareAt(frame, Math.min(start, end)), shareAt(frame, Math.max(start, end))];
  if ((high - low) * frame.plot.width < 5) return undefined;
  return [valueAt(frame.x, low), valueAt(frame.x, high)];
}
