import { describe, expect, it } from "vitest";
import { lineDifference, lineValue, onlyDifference, unmeasured } from "./comparison";
import type { ComparisonLine } from "../backend/types";

const line = (unit: string, champion: number, challenger: number, low?: number, high?: number): ComparisonLine => ({
  what: "accuracy, new rows",
  unit,
  higher_is_better: true,
  champion,
  challenger,
  difference: challenger - champion,
  low,
  high,
  passed: true,
  reason: "",
});

describe("a comparison line", () => {
  it("shows shares as percent and their difference in points", () => {
    const accuracy = line("share", 0.895, 0.916, 0.012, 0.03);
    expect(lineValue(accuracy, accuracy.champion)).toBe("89.5%");
    expect(lineDifference(accuracy)).toBe("+2.1 (+1.2 to +3.0)");
  });
  it("leaves the interval out where none was computed", () => {
    expect(lineDifference(line("", 0.941, 0.935))).toBe("−0.006");
    expect(lineValue(line("", 0.941, 0.935), 0.941)).toBe("0.941");
    expect(lineValue(line("µs", 1840, 1910), 1840)).toBe("1.84 ms");
    expect(lineDifference(line("µs", 1840, 2040))).toBe("+0.20 ms");
  });
  it("knows a line that measured nothing", () => {
    expect(unmeasured(line("share", 0, 0))).toBe(true);
    expect(unmeasured(line("share", 0, 0.1))).toBe(false);
    expect(onlyDifference({ ...line("share", 0, 0, -0.3, -0.1), difference: -0.2 })).toBe(true);
    expect(onlyDifference(line("share", 0, 0))).toBe(false);
  });
  it("writes sizes of files as people do", () => {
    expect(lineValue(line("bytes", 2_100_000, 0), 2_100_000)).toBe("2.1 MB");
  });
});
