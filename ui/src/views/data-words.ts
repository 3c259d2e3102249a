/** Data sets in words. Pure. */
import type { ColumnSeen, DatasetSummary, DataUse, LearnMethod, Personal, Training } from "../backend/types";
import { bytes, count, decimals, number, percent, plural } from "../format";

export const PERSONAL: Record<Personal, string> = {
  email: "e-mail addresses",
  phone: "phone numbers",
  name: "names of people",
  iban: "bank accounts",
  address: "postal addresses",
  birth_date: "birth dates",
  other: "other personal data",
  nothing: "nothing personal",
};

export const METHODS: Record<LearnMethod, { label: string; title: string }> = {
  auto: { label: "Auto", title: "the best by cross-validation" },
  linear: { label: "Linear", title: "ridge, logistic or softmax regression" },
  gbdt: { label: "Boosted trees", title: "gradient-boosted trees" },
  forest: { label: "Forest", title: "a random forest" },
  mlp: { label: "Neural net", title: "a neural network of one or two hidden layers" },
};

/** "4,521 rows, 12 columns, 1.2 MB". */
export function sizeText(set: Pick<DatasetSummary, "rows" | "columns" | "bytes">): string {
  return `${plural(set.rows, "row")}, ${plural(set.columns, "column")}, ${bytes(set.bytes)}`;
}

/** Where it is kept, or came from. */
export function placeText(set: DatasetSummary): string {
  if (set.lineage) return set.lineage.summary;
  return set.path ?? "copied into the data folder";
}

export function useText(use: DataUse): string {
  switch (use.what) {
    case "reference":
      return `reference of ${use.model}`;
    case "run":
      return `run ${use.run} of ${use.model}${use.over ? "" : ", under way"}`;
    case "training":
      return use.over ? `${use.model} was made from it` : `${use.model} is being made from it`;
  }
}

/** "min 1, median 3, max 9", or the most frequent values. */
export function rangeOf(column: ColumnSeen): string {
  const numbers = column.numbers;
  if (numbers) {
    const shown = column.kind === "timestamp" ? (ms: number) => new Date(ms).toISOString().slice(0, 10) : number;
    return column.kind === "timestamp"
      ? `${shown(numbers.min)} to ${shown(numbers.max)}`
      : `${shown(numbers.min)} to ${shown(numbers.max)}, median ${shown(numbers.median)}`;
  }
  return column.common.length
    ? column.common
        .slice(0, 3)
        .map((one) => one.value)
        .join(", ")
    : "";
}

export function missingText(column: ColumnSeen, rows: number): string {
  return column.missing ? percent(column.missing / Math.max(rows, 1)) : "0";
}

export interface Bar {
  label: string;
  rows: number;
}

/** What the small chart of a column shows: bins of its numbers, or its most frequent values. */
export function bars(column: ColumnSeen): Bar[] {
  const numbers = column.numbers;
  if (!numbers) return column.common.map((one) => ({ label: one.value, rows: one.rows }));
  const edge = (at: number) => {
    const value = numbers.edges[at] ?? 0;
    return column.kind === "timestamp" ? new Date(value).toISOString().slice(0, 10) : number(value);
  };
  return numbers.counts.map((rows, at) => ({ label: `${edge(at)} to ${edge(at + 1)}`, rows }));
}

/** In one sentence, for those who do not see the chart. */
export function barsText(column: ColumnSeen): string {
  const top = [...bars(column)].sort((a, b) => b.rows - a.rows)[0];
  return top ? `most often ${top.label}, ${count(top.rows)} rows` : "no values";
}

/** A name for a model from a data set's. */
export function modelName(dataset: string): string {
  const plain = dataset.replace(/\.(csv|csv\.gz|parquet|pq)$/i, "").replace(/[^A-Za-z0-9._-]+/g, "-");
  return plain.replace(/^[^A-Za-z0-9]+/, "").slice(0, 80) || "model";
}

export function isRunning(training: Training): boolean {
  return training.state === "queued" || training.state === "running";
}

/** What a training is at, and how good it is so far while the model itself learns. */
export function trainingText({ at, step, total, loss, held_out_loss: watched }: Training): string {
  if (typeof loss !== "number") return total > 1 ? `${at}, ${step + 1} of ${total}` : at;
  const beside = typeof watched === "number" ? `, ${decimals(watched, 4)} on rows it does not learn from` : "";
  return `${at}, step ${count(step)} of ${count(total)}: loss ${decimals(loss, 4)}${beside}`;
}

/** Each stage is a part of the bar. */
export function trainingShare(training: Training): number {
  if (training.state === "done") return 1;
  const within = training.total ? training.step / training.total : 0;
  if (training.at.startsWith("comparing")) return 0.05 + 0.75 * within;
  if (training.at === "learning") return 0.8 + 0.1 * within;
  if (training.at.startsWith("judging")) return 0.9;
  return training.at === "deploying" ? 0.96 : 0.02;
}
