/** Rows with two answers, in words and as CSV. Pure. */
import { exact, number, percent } from "../format";
import type { Answered, AnsweredTwice, Cell } from "../backend/types";

/** `malignant, 93.1%`, or the number. */
export function answerText(answer: Answered): string {
  if (typeof answer.label === "string") {
    const sure = answer.probabilities?.length ? `, ${percent(Math.max(...answer.probabilities))}` : "";
    return answer.label + sure;
  }
  return number(answer.value);
}

/** Without the probability, as a label is written. */
export function plainAnswer(answer: Answered): string {
  if (typeof answer.label === "string") return answer.label;
  return typeof answer.value === "number" ? exact(answer.value) : "";
}

/** The first inputs of a row, as a person glances at them. */
export function glance(features: Record<string, Cell>, most = 4): string {
  const shown = Object.entries(features).slice(0, most);
  return shown.map(([name, cell]) => `${name} ${typeof cell === "number" ? number(cell) : cellText(cell)}`).join(", ");
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A row each: what a label names, the label if there is one, both answers, and every input. */
export function twiceCsv(rows: AnsweredTwice[], names: { before: string; after: string }): string {
  const features = [...new Set(rows.flatMap((row) => Object.keys(row.features)))];
  const head = ["id", "label", names.before, names.after, ...features];
  const lines = rows.map((row) => [
    row.id,
    row.truth === null || row.truth === undefined ? "" : String(row.truth),
    plainAnswer(row.before),
    plainAnswer(row.after),
    ...features.map((name) => cellText(row.features[name] ?? null)),
  ]);
  return [head, ...lines].map((line) => `${line.map(quoted).join(",")}\n`).join("");
}
