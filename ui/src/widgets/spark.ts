/** The paths of a sparkline. Pure. */
import type { Points } from "../backend/types";

interface Spot {
  x: number;
  y: number;
}

/**
 * How far apart points may be and still be neighbours. Points come at the pace they were counted at, which can be
 * slower than the line's own: only more than twice the usual distance is a gap.
 */
function reach(points: Points): number {
  const places = points.flatMap((point, index) => (point !== null && Number.isFinite(point) ? [index] : []));
  const apart = places.slice(1).map((place, at) => place - (places[at] ?? place));
  return 2 * (apart.sort((a, b) => a - b)[(apart.length - 1) >> 1] ?? 1);
}

/** Runs of neighbouring points, scaled to the box; the line keeps 1.5 units from its edges. */
function runs(points: Points, width: number, height: number): Spot[][] {
  const known = points.filter((point): point is number => point !== null && Number.isFinite(point));
  if (known.length === 0) return [];
  const low = Math.min(...known);
  const high = Math.max(...known);
  // A flat line is drawn low: nothing happened.
  const span = high - low || Math.max(Math.abs(high), 1);
  const step = width / (points.length - 1);
  const near = reach(points);
  const found: Spot[][] = [];
  let last = -Infinity;
  points.forEach((point, index) => {
    if (point === null || !Number.isFinite(point)) return;
    if (index - last > near) found.push([]);
    found.at(-1)?.push({ x: index * step, y: height - 1.5 - ((point - low) / span) * (height - 3) });
    last = index;
  });
  return found;
}

const spots = (run: Spot[]) => run.map((spot) => `${spot.x.toFixed(1)} ${spot.y.toFixed(1)}`).join("L");

/** The line; empty when there are no points. */
export function linePath(points: Points, width: number, height: number): string {
  return runs(points, width, height)
    .filter((run) => run.length > 1)
    .map((run) => `M${spots(run)}`)
    .join("");
}

/** Points that stand alone between gaps: a line of no length, drawn as a dot. */
export function dotPath(points: Points, width: number, height: number): string {
  return runs(points, width, height)
    .filter((run) => run.length === 1)
    .map((run) => `M${spots(run)}h0`)
    .join("");
}

/** What joins the runs over the gaps between them. */
export function bridgePath(points: Points, width: number, height: number): string {
  const found = runs(points, width, height);
  return found.length > 1 ? `M${spots(found.flat())}` : "";
}

/** The line, closed down to the bottom. */
export function areaPath(points: Points, width: number, height: number): string {
  return runs(points, width, height)
    .filter((run) => run.length > 1)
    .map((run) => `M${run[0]?.x.toFixed(1)} ${height}L${spots(run)}V${height}Z`)
    .join("");
}
