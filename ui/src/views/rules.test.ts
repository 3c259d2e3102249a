import { describe, expect, it } from "vitest";
import { freeSignals, newRule, SIGNALS } from "./rules";

describe("alert rules", () => {
  it("have one signal each: a new one takes the first that is free", () => {
    const all = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
    expect(freeSignals([])).toEqual(all);
    const taken = [newRule("input_drift"), newRule("latency_p99")];
    expect(freeSignals(taken)).not.toContain("latency_p99");
    expect(freeSignals(taken)[0]).toBe("prediction_drift");
    expect(freeSignals(all.map(newRule))).toEqual([]);
  });
  it("start on the side that is worse", () => {
    expect(newRule("accuracy")).toMatchObject({ direction: "below", threshold: 0.9 });
    expect(newRule("latency_p99")).toMatchObject({ direction: "above", threshold: 100 });
  });
});
