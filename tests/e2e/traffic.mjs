// Programs that use a model: rows of a sample's data sent as requests, and later what turned out to be true.
import { readFile } from "node:fs/promises";

/** The rows of a CSV file, numbers as numbers. */
export async function rowsOf(file) {
  const [head, ...lines] = (await readFile(file, "utf8")).trim().split(/\r?\n/);
  const names = head.split(",");
  const value = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
  return lines.map((line) => Object.fromEntries(line.split(",").map((text, i) => [names[i], value(text)])));
}

/** Sends `count` rows in requests of ten, round and round; answers ids with the true label of each. */
export async function send(home, model, rows, target, { count, change = (row) => row }) {
  const sent = [];
  for (let from = 0; from < count; from += 10) {
    const batch = Array.from({ length: Math.min(10, count - from) }, (_, i) => rows[(from + i) % rows.length]);
    const asked = batch.map(({ [target]: _, ...row }) => change(row));
    const { answers } = await home.api("POST", `/api/models/${model}/predict`, { rows: asked });
    answers.forEach((answer, i) => sent.push({ id: answer.id, label: batch[i][target] }));
  }
  return sent;
}

export const tellTruth = (home, labels) => home.api("POST", "/api/labels", { labels });
