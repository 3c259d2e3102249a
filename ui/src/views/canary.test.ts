import { describe, expect, it } from "vitest";
import { CANARY } from "../test/fixtures";
import { checkLimit, checkValue, clockText, planText, sharesFrom, waitsText } from "./canary";

describe("a canary in words", () => {
  it("reads shares as people type them, and refuses what is no rising list", () => {
    expect(sharesFrom("10, 50, 100")).toEqual([0.1, 0.5, 1]);
    expect(sharesFrom("2.5% → 100%")).toEqual([0.025, 1]);
    for (const wrong of ["", "50, 10", "0", "10, 10", "120", "ten"]) expect(sharesFrom(wrong)).toBeUndefined();
  });

  it("says what a step waits for", () => {
    const { until } = CANARY.waits!;
    expect(waitsText(CANARY, until - 245_000)).toBe("4:05 left, 38 requests to come");
    expect(waitsText({ ...CANARY, waits: { until, requests: 0 } }, until + 1)).toBe("judged now");
    expect(waitsText({ ...CANARY, waits: null }, until)).toBe("");
    expect(clockText(3_729_000)).toBe("1:02:09");
  });

  it("says what it is held to", () => {
    const [errors, latency] = CANARY.steps[0]!.checks;
    expect([checkValue(errors!, errors!.challenger), checkLimit(errors!)]).toEqual(["1.2%", "at most 1.4%"]);
    expect(checkLimit(latency!)).toBe("at most 18.0 ms");
    expect(planText(CANARY.settings)).toBe(
      "10, 50 and 100% of the requests, each for 10 min and 100 requests at least",
    );
  });
});
