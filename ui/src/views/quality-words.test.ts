import { describe, expect, it } from "vitest";
import { check, COLUMNS, view } from "../test/quality";
import { basis, checkName, groups, limits, problemOf, withLimits } from "./quality";

describe("quality checks", () => {
  it("are grouped by column, what needs someone first", () => {
    const checks = [
      view(check("age.range"), "passed"),
      view(check("bmi.mean", { kind: "mean", low: 1, high: 2 }), "failed"),
      view({ ...check("sex.allowed", { kind: "allowed", values: ["1", "2"] }), severity: "act" }, "failed"),
      view({ ...check("schema.extra", { kind: "schema", part: "extra" }), column: null }, "passed"),
    ];
    const grouped = groups(COLUMNS, checks);
    expect(grouped.map((group) => group.title)).toEqual(["sex", "bmi", "Rows and traffic", "age"]);
    expect(grouped[0]).toMatchObject({ failed: 1, worst: 4, detail: "numeric" });
    expect(checkName(checks[3]!.check)).toBe("extra columns");
  });

  it("show shares as percent and take them back exactly", () => {
    const expectation = { kind: "null_share", high: 0.02 } as const;
    expect(limits(expectation)).toMatchObject([{ field: "high", unit: "%", value: 2, required: true }]);
    expect(withLimits(expectation, { high: 5 })).toEqual({ kind: "null_share", high: 0.05 });
    const range = { kind: "range", low: 0, high: null } as const;
    expect(limits(range).map(({ value }) => value)).toEqual([0, null]);
    expect(withLimits(range, { low: null, high: 7 })).toEqual({ kind: "range", low: null, high: 7 });
  });

  it("say in words what keeps them from being saved", () => {
    expect(problemOf({ kind: "range" }, { low: 3, high: 1 })).toBe("“at least” is above “at most”");
    expect(problemOf({ kind: "unique", low: 0.9 }, { low: null })).toBe("“at least” must be a number");
    expect(problemOf({ kind: "duplicates", high: 0.1 }, { high: 120 })).toBe("a share is 0 to 100%");
    expect(problemOf({ kind: "range" }, { low: null, high: null })).toBe("give at least one limit");
    expect(problemOf({ kind: "range" }, { low: null, high: 3 })).toBeUndefined();
  });

  it("say what they stand on", () => {
    expect(basis({ ...view(check("age.range"), "failed"), violations: 64 })).toBe("64 of 2,000");
    expect(basis(view(check("bmi.mean", { kind: "mean" }), "passed"))).toBe("2,000");
  });
});
