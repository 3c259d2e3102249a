import { describe, expect, it } from "vitest";
import { areaPath, bridgePath, dotPath, linePath } from "./spark";

describe("a sparkline", () => {
  it("fills the box", () => {
    expect(linePath([0, 1], 100, 23)).toBe("M0.0 21.5L100.0 1.5");
    expect(areaPath([0, 1], 100, 23)).toBe("M0.0 23L0.0 21.5L100.0 1.5V23Z");
  });
  it("leaves gaps open", () => {
    expect(linePath([0, 1, null, null, 1, 0], 100, 23).match(/M/g)).toHaveLength(2);
  });
  it("joins points that were counted at a slower pace than its own", () => {
    expect(linePath([0, null, 1, null, 0, 1], 100, 23).match(/M/g)).toHaveLength(1);
    expect(bridgePath([0, null, null, 1, null, null, 0], 100, 23)).toBe("");
  });
  it("dots a lone point and bridges gaps", () => {
    expect(dotPath([null, 3, null], 100, 23)).toBe("M50.0 21.5h0");
    expect(linePath([null, 3, null], 100, 23)).toBe("");
    expect(bridgePath([0, 0, null, null, 1], 100, 23)).toBe("M0.0 21.5L25.0 21.5L100.0 1.5");
    expect(bridgePath([0, 1], 100, 23)).toBe("");
  });
  it("draws a flat line low and nothing from nothing", () => {
    expect(linePath([5, 5], 100, 23)).toBe("M0.0 21.5L100.0 21.5");
    expect(linePath([null, null], 100, 23)).toBe("");
    expect(linePath([], 100, 23)).toBe("");
  });
});
