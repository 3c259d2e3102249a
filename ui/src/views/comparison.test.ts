import { describe, expect, it } from "vitest";
import { lineDifference, lineValue } from "./comparison";
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
    const accuracy = line("percent", 0.895, 0.916, 0.012, 0.03);
    expect(lineValue(accuracy, accuracy.champion)).toBe("89.5%");
    expect(lineDifference(accuracy)).toBe("+2.1 (+1.2 to +3.0)");
  });
  it("leaves the interval out where none was computed", () => {
    expect(lineDifference(line("", 0.941, 0.935))).toBe("−0.006");
    expect(lineValue(line("", 0.941, 0.935), 0.941)).toBe("0.941");
    expect(lineValue(line("ms", 1.84, 1.91), 1.84)).toBe("1.84 ms");
    expect(lineDifference(line("ms", 1.84, 2.04))).toBe("+0.20 ms");
  });
});
