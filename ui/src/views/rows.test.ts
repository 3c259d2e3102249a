import { describe, expect, it } from "vitest";
import type { Port, Schema } from "../backend/types";
import { csvRows, fromPixels, imageSize, jsonRows, startRow, textColumns, toCsv, toPixels } from "./rows";

describe("rows typed by hand", () => {
  it("takes one object or several", () => {
    expect(jsonRows('{"age": 42}')).toEqual([{ age: 42 }]);
    expect(jsonRows('[{"age": 42}, {"age": null}]')).toHaveLength(2);
    for (const bad of ["", "[]", "[1]", "7", '{"age":']) expect(() => jsonRows(bad)).toThrow();
  });
  it("reads CSV with quotes and types", () => {
    expect(csvRows('age,city,member\r\n42,"Sankt ""P"", Petersburg",true\n,x,false\n')).toEqual([
      { age: 42, city: 'Sankt "P", Petersburg', member: true },
      { age: null, city: "x", member: false },
    ]);
  });
  it("leaves text columns as they are", () => {
    const rows = csvRows("city,zip,age\n,01234,7\ntrue,5,\n", new Set(["city", "zip"]));
    expect(rows).toEqual([
      { city: "", zip: "01234", age: 7 },
      { city: "true", zip: "5", age: null },
    ]);
  });
  it("names the row that does not fit", () => {
    expect(() => csvRows("a,b\n1,2\n3\n")).toThrow("row 2 has 1 values for 2 columns");
    expect(() => csvRows("a,b")).toThrow("at least one row");
    expect(() => csvRows('a\n"open')).toThrow("not closed");
  });
  it("writes CSV that reads back", () => {
    const rows = [{ a: 1.5, "b,c": 'say "hi"', d: null }];
    expect(csvRows(toCsv(rows))).toEqual(rows);
  });
});

describe("the row to start with", () => {
  const feature = (name: string, kind: string, input = "X") => ({ name, kind, input });
  const schema = {
    task: "other",
    features: [
      feature("x2", "numeric"),
      feature("x10", "numeric"),
      feature("city", "categorical"),
      feature("t", "tensor", "t"),
    ],
    labels: [],
  } as unknown as Schema;
  const ports: Port[] = [{ name: "t", kind: "tensor", element: "f32", shape: ["n", 2, 2] }];
  it("keeps the order of the schema, not of the answer", () => {
    expect(Object.keys(startRow({ city: "a", t: [1], x10: 1, x2: 2 }, schema, ports))).toEqual([
      "x2",
      "x10",
      "city",
      "t",
    ]);
    expect([...textColumns(schema)]).toEqual(["city"]);
  });
  it("fills a tensor by its shape when there is no example of it", () => {
    expect(startRow({ t: [] }, schema, ports).t).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(startRow({ t: [] }, schema, []).t).toEqual([]);
    expect(startRow({ t: [[5]] }, schema, ports).t).toEqual([[5]]);
  });
});

describe("images", () => {
  const size = { channels: 1, height: 2, width: 2, last: false };
  it("knows which inputs are pictures", () => {
    const port = (shape: (number | string)[]) => imageSize({ name: "x", kind: "tensor", element: "f32", shape });
    expect(port(["n", 1, 8, 8])).toEqual({ channels: 1, height: 8, width: 8, last: false });
    expect(port(["n", 224, 224, 3])).toMatchObject({ channels: 3, last: true });
    expect(port(["n", 30])).toBeUndefined();
    expect(port(["n", 1, "h", "w"])).toBeUndefined();
  });
  it("goes to pixels and back", () => {
    const pixels = toPixels([0, 16, 8, 4], size, 16);
    expect(pixels?.[4]).toBe(255);
    expect(fromPixels(pixels ?? new Uint8ClampedArray(), size, 16)).toEqual([
      [
        [0, 16],
        [expect.closeTo(8, 0), expect.closeTo(4, 0)],
      ],
    ]);
    expect(toPixels([1, 2, 3], size, 16)).toBeUndefined();
  });
});
