import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import type { FeatureDrift } from "../../backend/types";
import { DRIFT, MONITOR } from "../../test/fixtures";
import DriftList from "./DriftList.svelte";

const calm = (index: number): FeatureDrift => ({
  ...DRIFT,
  feature: `f${index}`,
  state: "stable",
  psi: 0.01,
  sentence: "no drift (PSI 0.01)",
  since: null,
});
const view = { ...MONITOR, drift: [DRIFT, ...Array.from({ length: 9 }, (_, index) => calm(index))] };
const row = (name: string) => screen.getByRole("button", { name }).closest("tr") as HTMLElement;

it("says what changed of a drifted input, and nothing where nothing did", () => {
  render(DriftList, { view, onchoose: vi.fn() });
  expect(within(row("income in full")).getByText("values higher (mean 52k -> 61k)")).toBeTruthy();
  expect(within(row("f0 in full")).queryByText(/no drift/)).toBeNull();
});

it("shows a few, then all of them", async () => {
  render(DriftList, { view, onchoose: vi.fn() });
  expect(screen.queryByText("f8")).toBeNull();
  await fireEvent.click(screen.getByRole("button", { name: "Show all 10" }));
  expect(screen.getByText("f8")).toBeTruthy();
});

it("opens a row to the bins that make up its drift, and to its tests", async () => {
  render(DriftList, { view, onchoose: vi.fn() });
  await fireEvent.click(screen.getByRole("button", { name: "income in full" }));
  const bin = screen.getByText("above 80,000").closest("tr") as HTMLElement;
  expect(within(bin).getByText("29.0%")).toBeTruthy();
  expect(within(bin).getByText("61%")).toBeTruthy();
  expect(screen.getByText(/KS D 0.310, p 0.020/)).toBeTruthy();
});

it("tells where a PSI comes from when it is opened by keyboard", async () => {
  render(DriftList, { view, onchoose: vi.fn() });
  const psi = screen.getByTestId("source-drift-income");
  expect(psi.textContent).toBe("0.31, where this comes from");
  await fireEvent.keyDown(psi, { key: "Enter" });
  expect(await screen.findByText(/^11,232 in the window, 20,000 in the baseline/)).toBeTruthy();
});

it("lets the drift charts show the chosen input", async () => {
  const onchoose = vi.fn();
  render(DriftList, { view, chosen: "f1", onchoose });
  await fireEvent.click(screen.getByText("income"));
  expect(onchoose).toHaveBeenCalledExactlyOnceWith("income");
});
