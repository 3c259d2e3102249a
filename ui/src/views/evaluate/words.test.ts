import { describe, expect, it } from "vitest";
import type { CoverageView, MeasuredView } from "../../backend/types";
import {
  coverageText,
  differenceText,
  intervalText,
  measured,
  measuredSource,
  rateText,
  sliceDifference,
  sliceFilter,
  sliceValue,
} from "./words";

const AUC: MeasuredView = {
  name: "roc_auc",
  title: "ROC AUC",
  value: 0.9413,
  low: 0.93,
  high: 0.95,
  bound: 0.0004,
  n: 5231,
  unit: "",
  higher_is_better: true,
  definition: "chance that a positive row scores above another",
  interval: "DeLong's on binned scores",
};
const COVERAGE: CoverageView = {
  rows: 14_980,
  labelled: 5692,
  share: 0.38,
  least_share: 0.5,
  mature: false,
  lag_median_ms: 1_320_000,
  lag_p90_ms: 5_040_000,
};

describe("metrics", () => {
  it("are written in their unit, with their interval", () => {
    expect([measured(AUC, AUC.value), intervalText(AUC)]).toEqual(["0.941", "0.930 to 0.950"]);
    const worth = { ...AUC, name: "business", unit: "EUR", value: 41.2, low: null };
    expect([measured(worth, worth.value), intervalText(worth)]).toEqual(["41.2 EUR", undefined]);
    expect(measured({ name: "accuracy", unit: "" }, 0.914)).toBe("91.4%");
    expect(measured({ name: "mae", unit: "target's unit" }, 34.04)).toBe("34.0");
    expect([differenceText({ name: "accuracy", unit: "%" }, -0.0042), differenceText(AUC, 0.012)]).toEqual([
      "−0.4 points",
      "+0.012",
    ]);
  });
  it("say where they come from, and how exact they are", () => {
    const lines = Object.fromEntries(measuredSource(AUC, "13:00 to 14:00").lines.map((one) => [one.label, one.text]));
    expect(lines).toEqual({
      What: AUC.definition,
      Interval: AUC.interval,
      Exactness: "within 0.0004 of the exact value",
      Rows: "5,231",
      Window: "13:00 to 14:00",
    });
  });
});

it("coverage is told with how late labels are", () => {
  expect(coverageText(COVERAGE)).toBe("38.0% of 14,980 rows are labelled, half within 22 min, 9 in 10 within 1.4 h.");
  expect(coverageText({ ...COVERAGE, lag_median_ms: null })).toBe("38.0% of 14,980 rows are labelled.");
  expect(coverageText({ ...COVERAGE, rows: 0 })).toBe("No answer in this range.");
});

it("slices and groups are told with their sign and their uncertainty", () => {
  expect([sliceValue("accuracy", 0.847), sliceDifference("accuracy", -0.033)]).toEqual(["84.7%", "−3.3"]);
  expect([sliceValue("mae", 52.31), sliceDifference("mae", 4.2)]).toEqual(["52.3", "+4.20"]);
  expect(rateText({ value: 0.872, low: 0.841, high: 0.899, hits: 436, n: 500 })).toBe("87.2% (84.1% to 89.9%)");
  expect(rateText(null)).toBe("–");
});

describe("the filter of a slice", () => {
  const is = (feature: string, rest: object) => ({ feature, text: "", ...rest });
  it("names ranges and categories as the language of filters has them", () => {
    const both = [is("mean radius", { from: 12.5, to: 14 }), is("plan", { category: `"pro"` })];
    expect(sliceFilter({ conditions: both })).toBe(
      "`mean radius` >= 12.5 && `mean radius` < 14 && `plan` == '\"pro\"'",
    );
    expect(sliceFilter({ conditions: [is("age", { to: 30 })] })).toBe("`age` < 30");
  });
  it("has none for what is missing", () => {
    expect(sliceFilter({ conditions: [is("age", {}), is("plan", { category: "a" })] })).toBeUndefined();
  });
});
