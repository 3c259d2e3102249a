import { expect, it } from "vitest";
import { metricTitle, metricValue } from "./metrics";

it("writes metrics as people do", () => {
  expect([metricTitle("roc_auc"), metricValue("roc_auc", 0.9968)]).toEqual(["ROC AUC", "0.997"]);
  expect(metricValue("accuracy", 0.914)).toBe("91.4%");
  expect(metricValue("log_loss", 0.0708)).toBe("0.071");
  expect(metricValue("mae", 18234.2)).toBe("18,234");
  expect([metricTitle("log loss"), metricTitle("R²"), metricValue("F1", 0.981)]).toEqual(["Log loss", "R²", "98.1%"]);
  expect(metricTitle("kappa")).toBe("kappa");
});
