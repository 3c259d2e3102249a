import { describe, expect, it } from "vitest";
import { firstRange, presetOf, readRange, writeRange, type Range } from "./range";

const HOUR: Range = { last_s: 3_600 };
const query = (range: Range) =>
  new URLSearchParams(Object.entries(writeRange(range)).filter((pair): pair is [string, string] => Boolean(pair[1])));

describe("a range in the address", () => {
  it("reads back what it wrote", () => {
    for (const range of [{ last_s: 900 }, { last_s: 604_800 }, { from: 1_000, to: 2_000 }]) {
      expect(readRange(query(range), HOUR)).toEqual(range);
    }
  });
  it("falls back to what is looked at first for nonsense", () => {
    for (const text of ["", "range=year", "from=5&to=2", "from=a&to=b"]) {
      expect(readRange(new URLSearchParams(text), HOUR)).toEqual(HOUR);
    }
  });
  it("knows a fixed range as custom", () => {
    expect(presetOf({ from: 1, to: 2 })).toBe("custom");
    expect(presetOf({ last_s: 86_400 })).toBe("24h");
  });
  it("starts with as much as a young model has", () => {
    expect(firstRange(20_000)).toEqual({ last_s: 300 });
    expect(firstRange(600_000)).toEqual({ last_s: 900 });
    expect(firstRange(1_800_000)).toEqual(HOUR);
    expect(firstRange(9e9)).toEqual(HOUR);
  });
});
