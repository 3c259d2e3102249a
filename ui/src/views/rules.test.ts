import { describe, expect, it } from "vitest";
import { CHOICES } from "../test/alerting";
import { figure, kinds, newRule, onSignal, stretch, thresholdUnit, withKind } from "./rules";

const signal = (name: string) => {
  const found = CHOICES.signals.find((one) => one.signal === name);
  if (!found) throw new Error(name);
  return found;
};

describe("alert rules", () => {
  it("start on the side that is worse", () => {
    expect(newRule(signal("accuracy"), CHOICES)).toMatchObject({ direction: "below", threshold: 0.9 });
    expect(newRule(signal("latency_p99"), CHOICES)).toMatchObject({ direction: "above", threshold: 100 });
    expect(newRule(signal("metric"), CHOICES).subject).toBe("f1");
  });
  it("offer only conditions that fit their signal", () => {
    expect(kinds(signal("error_share"))).toContain("burn_rate");
    expect(kinds(signal("latency_p99"))).not.toContain("burn_rate");
    expect(kinds(signal("throughput"))).toContain("no_traffic");
  });
  it("take the workbook's first pair of windows for a burn rate", () => {
    const share = signal("error_share");
    const burn = withKind(newRule(share, CHOICES), "burn_rate", share, CHOICES);
    expect(burn).toMatchObject({
      window_s: 3600,
      threshold: 14.4,
      severity: "act",
      condition: { kind: "burn_rate", objective: 0.999, short_s: 300 },
    });
    expect(thresholdUnit(burn, share)).toBe("times");
    expect(onSignal(burn, signal("latency_p99"), CHOICES).condition).toEqual({ kind: "threshold" });
  });
  it("write figures with their unit", () => {
    expect(figure(0.918, "share")).toBe("91.8%");
    expect(figure(84.04, "milliseconds")).toBe("84 ms");
    expect(figure(14.4, "times")).toBe("14.4×");
    expect(figure(undefined, "plain")).toBe("–");
    expect([900, 86_400, 3 * 86_400, 90].map(stretch)).toEqual(["15 min", "1 day", "3 days", "90 s"]);
  });
});
