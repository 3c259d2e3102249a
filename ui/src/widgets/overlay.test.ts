import { describe, expect, it } from "vitest";
import type { Frame, FrameSeries } from "../backend/types";
import { CHART, NOW } from "../test/fixtures";
import { brushed, cellAt, nearest, pixel, readings, shareAt, summary, table, valueAt, write, writeX } from "./overlay";

const frame = CHART.frame;

describe("pixels and data", () => {
  it("map onto each other", () => {
    expect(shareAt(frame, 240)).toBe(0.5);
    expect(valueAt(frame.x, 0.5)).toBe(NOW - 1_800_000);
    expect(pixel(frame, NOW - 1_800_000, 2)).toEqual({ x: 240, y: 60 });
    expect(pixel(frame, NOW, 4)).toEqual({ x: 440, y: 10 });
  });
  it("stay inside the plot", () => {
    expect(shareAt(frame, 0)).toBe(0);
    expect(shareAt(frame, 10_000)).toBe(1);
  });
  it("find the nearest point", () => {
    const points: FrameSeries["points"] = [
      [0, 1],
      [10, 2],
      [20, 3],
    ];
    expect([-5, 4, 6, 14, 99].map((x) => nearest(points, x))).toEqual([0, 0, 1, 1, 2]);
    expect(nearest([], 3)).toBe(-1);
  });
});

describe("the tooltip", () => {
  it("says value and unit, with a dot on the line", () => {
    expect(readings(frame, NOW - 1_800_500)).toEqual([
      { name: "p50", color: "c1", text: "2.00 ms", spot: { x: 240, y: 60 } },
    ]);
  });
  it("says nothing far from any point, and no data at a gap", () => {
    expect(readings(frame, NOW - 900_000)).toEqual([]);
    expect(readings(frame, NOW)[0]).toMatchObject({ text: "no data", spot: undefined });
  });
  it("names the band", () => {
    const series = frame.series[0];
    if (!series) throw new Error("the fixture has a series");
    const banded: Frame = {
      ...frame,
      series: [{ ...series, unit: "percent", points: [[NOW, 0.914]], band: [{ low: 0.906, high: 0.922 }] }],
    };
    expect(readings(banded, NOW)[0]?.text).toBe("91.4% (90.6% to 92.2%)");
  });
});

describe("a heatmap's tooltip", () => {
  it("reads the cell that covers the moment", () => {
    const series = frame.series[0];
    if (!series) throw new Error("the fixture has a series");
    const points: FrameSeries["points"] = [
      [0, 0.02],
      [10, 0.31],
      [20, null],
    ];
    const map: Frame = { ...frame, series: [{ ...series, name: "income", unit: "plain", points }] };
    expect([0, 9, 10, 25].map((x) => cellAt(map, "income", x)[0]?.text)).toEqual([
      "0.0200",
      "0.0200",
      "0.31",
      "no data",
    ]);
    expect(cellAt(map, "income", -1)).toEqual([]);
    expect(cellAt(map, "region", 5)).toEqual([]);
  });
});

describe("the brush", () => {
  it("gives the range it covers, in either direction", () => {
    const half = [NOW - 1_800_000, NOW];
    expect(brushed(frame, 240, 440)).toEqual(half);
    expect(brushed(frame, 999, 240)).toEqual(half);
  });
  it("takes a click for no brush", () => {
    expect(brushed(frame, 240, 242)).toBeUndefined();
  });
});

describe("the table", () => {
  it("tells the ends of a band beside its value", () => {
    const band = [{ low: 0.5, high: 1.5 }, { low: 1, high: null }, {}];
    const data = table({ ...frame, series: frame.series.map((one) => ({ ...one, band })) });
    expect(data.header).toEqual(["Time", "p50", "p50, from", "p50, to"]);
    expect(data.rows[1]?.slice(1)).toEqual(["2.00 ms", "1.00 ms", "no data"]);
  });
  it("has a row per x, newest first", () => {
    const data = table(frame);
    expect(data.header).toEqual(["Time", "p50"]);
    expect(data.rows.map((row) => row[1])).toEqual(["no data", "2.00 ms", "1.00 ms"]);
  });
});

describe("the summary", () => {
  it("says where each series stands and how far it reached", () => {
    expect(summary(frame).rows).toEqual([["p50", "2.00 ms", "1.00 ms", "2.00 ms"]]);
    const silent = { ...frame, series: frame.series.map((one) => ({ ...one, points: [] })) };
    expect(summary(silent).rows).toEqual([["p50", "no data", "", ""]]);
  });
});

describe("units", () => {
  it("are written as people say them", () => {
    expect(write(0.0042, "percent")).toBe("0.42%");
    expect(write(312.4, "per_second")).toBe("312/s");
    expect(write(2.1e7, "bytes")).toBe("21.0 MB");
    expect(write(null, "plain")).toBe("no data");
  });
  it("tell categories from numbers", () => {
    const axis = { kind: "category" as const, name: "", from: 0, to: 2, categories: ["a", "b"] };
    expect(writeX(axis, 1.4)).toBe("b");
    expect(writeX({ ...axis, kind: "number", name: "tree" }, 68)).toBe("tree 68");
  });
});
