/** Which charts Monitor shows, and in which part of it. Pure. */
import type { ChartKind, MonitorView, Schema } from "../../backend/types";

export interface Spec {
  kind: ChartKind;
  /** Until the server's own title comes. */
  title: string;
  height: number;
  /** What to say where there is nothing to draw. */
  empty?: string;
}

/** Height of a usual chart's picture; six of them and the tiles fit a 1440 x 900 window. */
const USUAL = 150;
const LOW = 110;
/** Rows of the drift heatmap that the server draws at most. */
const HEATMAP_ROWS = 12;

const NO_REQUESTS = "No request in this range";
const NO_LABELS = "No labels in this range yet";

/** Tall enough for the drifted inputs, a row each. */
export function heatmapHeight(inputs: number): number {
  return Math.max(USUAL, 32 + Math.min(inputs, HEATMAP_ROWS) * 21);
}

/** The six at the top: enough to see that something is wrong, and what. */
export function overview(task: Schema["task"], inputs: number, learning?: string): Spec[] {
  const quality = task === "regression" ? "Mean absolute error" : "Accuracy";
  const tall = heatmapHeight(inputs);
  const few = learning ?? "Not enough data in this range";
  return [
    { kind: "latency", title: "Latency", height: USUAL, empty: NO_REQUESTS },
    { kind: "throughput", title: "Throughput and errors", height: USUAL },
    { kind: "accuracy", title: quality, height: USUAL, empty: NO_LABELS },
    { kind: "drift", title: "Drift", height: USUAL, empty: few },
    { kind: "heatmap", title: "Drift by input", height: tall, empty: few },
    { kind: "histogram", title: "Reference and now", height: tall, empty: few },
  ];
}

export const TRAFFIC: Spec[] = [
  { kind: "latency_heatmap", title: "Latency by request", height: 128, empty: NO_REQUESTS },
];

export const ANSWERS: Spec[] = [
  { kind: "coverage", title: "Label coverage", height: USUAL, empty: NO_REQUESTS },
  { kind: "confidence", title: "Confidence", height: USUAL, empty: NO_REQUESTS },
  { kind: "concept", title: "Errors, by label", height: USUAL, empty: NO_LABELS },
];

/** Of inputs that one distribution does not describe: columns together, texts, tensors; what the model has of them. */
export function inputs(view: Pick<MonitorView, "drift" | "together"> | undefined): Spec[] {
  const few = "Not enough data in this range";
  return [
    ...(view?.together ? [{ kind: "together" as const, title: "Columns together", height: USUAL, empty: few }] : []),
    ...(view?.drift.some((one) => one.text)
      ? [{ kind: "unknown_words" as const, title: "Unknown words", height: USUAL, empty: few }]
      : []),
    ...(view?.drift.some((one) => one.vector)
      ? [{ kind: "distance" as const, title: "Distance from the centre", height: USUAL, empty: few }]
      : []),
  ];
}

export const QUALITY: Spec[] = [{ kind: "quality", title: "Rows that fail checks", height: USUAL, empty: NO_REQUESTS }];

export const MACHINE: Spec[] = [
  { kind: "cpu", title: "Processor", height: LOW },
  { kind: "memory", title: "Memory", height: LOW },
  { kind: "queue", title: "Waiting for a session", height: LOW, empty: NO_REQUESTS },
];
