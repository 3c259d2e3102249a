import { fireEvent, render, screen } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { CHART, NOW } from "../test/fixtures";
import Chart from "./Chart.svelte";

beforeEach(() => {
  // jsdom lays nothing out: the chart lies at the page's corner.
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 480, 168));
  Element.prototype.setPointerCapture = () => undefined;
});

/** jsdom has no PointerEvent with coordinates. */
const pointer = (type: string, clientX: number) =>
  new MouseEvent(type, { clientX, clientY: 50, bubbles: true, button: 0 });

describe("a chart", () => {
  it("shows the server's picture, a legend, and a tooltip that outlives a refresh", async () => {
    const { rerender } = render(Chart, { id: "latency", title: "Latency", view: CHART });
    expect(screen.getByTestId("chart-latency").querySelector(".picture svg path")).not.toBeNull();
    const overlay = screen.getByRole("slider", { name: "Latency" });
    await fireEvent(overlay, pointer("pointermove", 240));
    expect(screen.getByTestId("tooltip-latency").textContent).toContain("2.00 ms");
    const next = structuredClone(CHART);
    const middle = next.frame.series[0]?.points[1];
    if (middle) middle[1] = 3;
    await rerender({ view: next });
    expect(screen.getByTestId("tooltip-latency").textContent).toContain("3.00 ms");
    expect(overlay.getAttribute("aria-valuetext")).toContain("p50 3.00 ms");
    await fireEvent(overlay, pointer("pointerleave", 0));
    expect(screen.queryByTestId("tooltip-latency")).toBeNull();
  });

  it("names the mark under the crosshair", async () => {
    render(Chart, { id: "latency", title: "Latency", view: CHART });
    await fireEvent(screen.getByRole("slider"), pointer("pointermove", 340));
    expect(screen.getByTestId("tooltip-latency").textContent).toContain("v3 deployed");
  });

  it("zooms to what was brushed, and not on a click", async () => {
    const onzoom = vi.fn();
    render(Chart, { id: "latency", title: "Latency", view: CHART, onzoom });
    const overlay = screen.getByRole("slider");
    await fireEvent(overlay, pointer("pointerdown", 240));
    await fireEvent(overlay, pointer("pointerup", 240));
    expect(onzoom).not.toHaveBeenCalled();
    await fireEvent(overlay, pointer("pointerdown", 240));
    await fireEvent(overlay, pointer("pointermove", 440));
    await fireEvent(overlay, pointer("pointerup", 440));
    expect(onzoom).toHaveBeenCalledExactlyOnceWith(NOW - 1_800_000, NOW);
  });

  it("moves its crosshair with the arrow keys", async () => {
    render(Chart, { id: "latency", title: "Latency", view: CHART });
    const overlay = screen.getByRole("slider");
    await fireEvent.keyDown(overlay, { key: "ArrowRight" });
    expect(overlay.getAttribute("aria-valuenow")).toBe("51");
    await fireEvent.keyDown(overlay, { key: "Escape" });
    expect(screen.queryByTestId("tooltip-latency")).toBeNull();
  });

  it("says so when there is nothing to draw", () => {
    const series = CHART.frame.series.map((one) => ({ ...one, points: [[NOW, null] as [number, null]] }));
    render(Chart, {
      id: "accuracy",
      title: "Accuracy",
      view: { ...CHART, frame: { ...CHART.frame, series } },
      empty: "No labels yet",
    });
    expect(screen.getByText("No labels yet")).toBeTruthy();
  });
});
