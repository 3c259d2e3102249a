import { describe, expect, it } from "vitest";
import { DRIFT, MONITOR as VIEW, NOW, TOGETHER } from "../test/fixtures";
import { baselineText, driftSource, metricSource, pText, tileSource, togetherSource } from "./sources";

const line = (source: { lines: { label: string; text: string }[] }, label: string) =>
  source.lines.find((one) => one.label === label)?.text;
const tile = (key: string, title: string, detail = "") =>
  tileSource({ key, title, value: "1", unit: "", detail, tone: "plain" }, VIEW, NOW);

describe("where a number comes from", () => {
  it("is told of a tile: what, on how many rows, when, against what", () => {
    const quality = tile("quality", "Accuracy", "1.9 points lower");
    expect(line(quality, "What")).toContain("share of right answers");
    expect(line(quality, "Rows")).toBe("5,231 with a label");
    expect(line(quality, "Against")).toContain("before");
    const drift = tile("drift", "Drifted inputs");
    expect(line(drift, "Window")).toBe("the newest 15 minutes");
    expect(line(drift, "Against")).toBe("the reference data set, 20,000 rows");
    expect(line(drift, "Rows")).toBe("11,232 in the window, 20,000 in the baseline");
    expect(line(tile("requests", "Requests", "14,980 in this range"), "Against")).toBeUndefined();
  });

  it("is told of a tile that this page does not know yet", () => {
    expect(tile("carbon", "Carbon").title).toBe("Carbon");
  });

  it("is told of an input's drift, with its noise and its other tests", () => {
    const source = driftSource(DRIFT, VIEW);
    expect(line(source, "PSI")).toBe("0.312; without drift 95 of 100 windows stay below 0.041");
    expect(line(source, "Other tests")).toBe("Jensen-Shannon 0.210; chi-square p below 0.001; KS D 0.310, p 0.020");
    expect(line(source, "Size")).toBe("medium (Cliff's delta 0.34)");
    expect(line(source, "Rows")).toContain("enough to see a shift of 0.03 standard deviations");
    expect(line(source, "Exactness")).toContain("between 0.310 and 0.360");
    expect(line(driftSource({ ...DRIFT, ks: null, ks_bound: null }, VIEW), "Exactness")).toContain("every row");
  });

  it("is told of a text by its words", () => {
    const moved = { reference: 41, current: 86, psi: 0.61, drifted: true };
    const text = {
      characters: moved,
      words: { ...moved, reference: 8, current: 17 },
      unknown: 0.18,
      unknown_usual: 0.02,
      unknown_psi: 0.38,
      unknown_p: 1e-9,
      unknown_drifted: true,
      strange: 0,
      new_words: ["refund", "broken"],
      texts: 400,
      looked_at: 6_800,
    };
    const source = driftSource({ ...DRIFT, text }, VIEW);
    expect(line(source, "Characters")).toBe("mean 41.000 → 86.000, PSI 0.61");
    expect(line(source, "Unknown words")).toContain("18.0% of 6,800, usually 2.0%; PSI 0.38");
    expect(line(source, "New words")).toBe("refund, broken");
    expect(line(driftSource(DRIFT, VIEW), "New words")).toBeUndefined();
  });

  it("is told of columns together, with what so many rows stay within", () => {
    const source = togetherSource(TOGETHER, VIEW);
    expect(line(source, "Error")).toBe("1.930; so many rows stay from 0.940 to 1.060");
    expect(line(source, "Size")).toContain("1.40 standard deviations");
    expect(line(source, "Rows")).toContain("2,000 in the window");
  });

  it("is told of a metric", () => {
    const metric = VIEW.metrics[0];
    expect(metric && line(metricSource(metric, VIEW, NOW), "Rows")).toBe("5,231 with a label");
  });

  it("says so while the baseline is being learnt", () => {
    expect(baselineText({ from: "first_predictions", rows: 400, needed: 1000 })).toContain("400 of 1,000");
    expect(baselineText({ from: "first_predictions", rows: 1000, needed: 1000 })).toContain("first 1,000 predictions");
  });

  it("never calls a p-value zero", () => {
    expect([0, 0.0123, 0.4].map(pText)).toEqual(["below 0.001", "0.012", "0.40"]);
  });
});
