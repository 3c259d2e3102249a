import { describe, expect, it } from "vitest";
import { presetOf, readRange, writeRange, type Range } from "./range";

const query = (range: Range) =>
  new URLSearchParams(Object.entries(writeRange(range)).filter((pair): pair is [string, string] => Boolean(pair[1])));

describe("a range in the address", () => {
  it("reads back what it wrote", () => {
    for (const range of [{ last_s: 900 }, { last_s: 604_800 }, { from: 1_000, to: 2_000 }]) {
      expect(readRange(query(range))).toEqual(range);
    }
  });
  it("falls back to one hour for nonsense", () => {
    for (const text of ["", "range=year", "from=5&to=2", "from=a&to=b"]) {
      expect(readRange(new URLSearchParams(text))).toEqual({ last_s: 3_600 });
    }
  });
  it("knows a fixed range as custom", () => {
    expect(presetOf({ from: 1, to: 2 })).toBe("custom");
    expect(presetOf({ last_s: 86_400 })).toBe("24h");
  });
});
