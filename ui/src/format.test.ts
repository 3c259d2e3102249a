import { describe, expect, it } from "vitest";
import {
  ago,
  bytes,
  bytesOf,
  count,
  decimals,
  duration,
  exact,
  joined,
  moment,
  number,
  percent,
  plural,
  signed,
} from "./format";

describe("numbers", () => {
  it("keeps about three significant digits", () => {
    expect(number(0)).toBe("0");
    expect(number(0.3141)).toBe("0.31");
    expect(number(0.01234)).toBe("0.0123");
    expect(number(12.34)).toBe("12.3");
    expect(number(18234.5)).toBe("18,235");
    expect(number(0.0000012)).toBe("0.00000120");
  });
  it("never writes NaN", () => {
    for (const nothing of [null, undefined, NaN]) expect(number(nothing)).toBe("–");
    expect(percent(null)).toBe("–");
    expect(joined(duration(undefined))).toBe("–");
  });
  it("counts and pluralises", () => {
    expect(count(14980)).toBe("14,980");
    expect(count(1_240_000)).toBe("1.2 M");
    expect(exact(60_840_111)).toBe("60,840,111");
    expect(plural(1, "row")).toBe("1 row");
    expect(plural(2, "entry", "entries")).toBe("2 entries");
  });
  it("signs with a true minus", () => {
    expect(signed(-0.2)).toBe("−0.20");
    expect(signed(2.1)).toBe("+2.10");
    expect(signed(0)).toBe("0");
    expect(number(-1234.5)).toBe("−1,235");
    expect(number(-2.5e-7)).toBe("−2.50e−7");
    expect(decimals(-0.0704, 3)).toBe("−0.070");
    expect(joined(duration(-1.5))).toBe("−1.50 ms");
  });
});

describe("units", () => {
  it("chooses the unit of a duration", () => {
    expect(joined(duration(0.042))).toBe("42 µs");
    expect(joined(duration(1.84))).toBe("1.84 ms");
    expect(joined(duration(430))).toBe("430 ms");
    expect(joined(duration(4300))).toBe("4.3 s");
    expect(joined(duration(22 * 60_000))).toBe("22 min");
  });
  it("writes decimal bytes", () => {
    expect(bytes(999)).toBe("999 B");
    expect(bytes(1_200_000_000)).toBe("1.2 GB");
    expect(bytesOf(1_200_000_000, 24_000_000_000)).toBe("1.2 of 24.0 GB");
    expect(bytesOf(854_000_000, 25_300_000_000)).toBe("854 MB of 25.3 GB");
    expect(percent(0.9142)).toBe("91.4%");
  });
});

describe("times", () => {
  const now = new Date(2026, 10, 22, 14, 0, 0).getTime();
  it("says how long ago", () => {
    expect(ago(now - 2_000, now)).toBe("just now");
    expect(ago(now - 14 * 60_000, now)).toBe("14 min ago");
    expect(ago(now + 9_000, now)).toBe("just now");
  });
  it("names the day only when it is another", () => {
    expect(moment(now - 14 * 60_000, now)).toBe("13:46");
    expect(moment(new Date(2026, 10, 21, 18, 20).getTime(), now)).toBe("yesterday 18:20");
    expect(moment(new Date(2026, 10, 3, 18, 20).getTime(), now)).toBe("3 Nov 18:20");
    expect(moment(new Date(2025, 10, 3, 18, 20).getTime(), now)).toBe("3 Nov 2025 18:20");
  });
});
