import { expect, it } from "vitest";
import type { ColumnDrift } from "../../backend/types";
import { columnSource, limitText, methodText, scoreText } from "./reports";

const column: ColumnDrift = {
  name: "income",
  type: "numeric",
  test: "kolmogorov_smirnov",
  score: 2e-9,
  p_value: 2e-9,
  threshold: 0.05,
  drifted: true,
  state: "drifted",
  sentence: "values higher",
  shift: 0.55,
  n_reference: 1000,
  n_current: 900,
  missing_reference: 0,
  missing_current: 100,
  psi: 0.31,
  quantiles: [],
  contributions: [],
  effect: {},
};
const distance: ColumnDrift = { ...column, test: "wasserstein_normed", score: 0.23456, p_value: null, threshold: 0.1 };

it("reads p-values and distances each in its own way", () => {
  expect([methodText(column.test), scoreText(column), limitText(column)]).toEqual([
    "Kolmogorov-Smirnov p",
    "below 0.001",
    "below 0.05",
  ]);
  expect([scoreText(distance), limitText(distance)]).toEqual(["0.235", "above 0.1"]);
  expect([methodText(null), scoreText({ ...column, score: null })]).toEqual(["no test", "–"]);
});

it("tells where a score comes from, and what is missing", () => {
  const lines = Object.fromEntries(columnSource(column, "13:00 to 14:00").lines.map((one) => [one.label, one.text]));
  expect(lines).toMatchObject({
    Score: "below 0.001, drift below 0.05",
    Mean: "moved by 0.55 standard deviations",
    Missing: "10.0% now, 0% in the reference",
    Window: "13:00 to 14:00",
  });
});
