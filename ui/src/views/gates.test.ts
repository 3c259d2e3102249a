import { describe, expect, it } from "vitest";
import { limitOf, limitUnit, METRICS, withAmount } from "./gates";

describe("a gate of one metric", () => {
  it("begins with a limit that suits its metric and keeps its kind when the number changes", () => {
    expect(limitOf("reach", "roc_auc")).toEqual({ kind: "reach", value: 0.9 });
    expect(limitOf("reach", "log_loss")).toEqual({ kind: "reach", value: 0.2 });
    expect(withAmount(limitOf("surely_keep", "f1"), 0.03)).toEqual({ kind: "surely_keep", margin: 0.03 });
    expect(withAmount(limitOf("keep", "f1"), 0.2)).toEqual({ kind: "keep", share: 0.2 });
    expect(limitUnit(limitOf("keep", "f1"))).toBe("a share of the champion's value");
  });
  it("is offered for the model's task only", () => {
    expect(METRICS.filter((metric) => metric.task === "regression").map((metric) => metric.title)).toEqual([
      "RMSE",
      "MAE",
      "R²",
    ]);
  });
});
