import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import { imports } from "../state/imports.svelte";
import { live } from "../state/live.svelte";
import { shell } from "../state/shell.svelte";
import { TableBackend } from "../test/backend";
import { liveTick, STATUS, summary } from "../test/fixtures";
import Fleet from "./Fleet.svelte";

function open(routes: Record<string, unknown>): { backend: TableBackend; stop: () => void } {
  const backend = new TableBackend({ "GET /api/status": STATUS, ...routes });
  void connect(backend);
  const stop = live.start();
  render(Fleet);
  return { backend, stop };
}

beforeEach(() => {
  live.summaries = undefined;
  live.pulses = [];
  live.failure = undefined;
  imports.queue = [];
  shell.samples = false;
});

describe("the fleet", () => {
  it("offers every way in while it is empty", async () => {
    const { backend, stop } = open({ "GET /api/models": [] });
    await screen.findByText(/Drop a model here/);
    backend.files = [
      {
        name: "churn.onnx",
        stage: () => new Promise(() => undefined),
        register: () => Promise.reject(new Error("no data")),
      },
    ];
    await userEvent.click(screen.getByTestId("open-file"));
    await waitFor(() => expect(imports.current?.fileName).toBe("churn.onnx"));
    await userEvent.click(screen.getByTestId("load-sample"));
    expect(shell.samples).toBe(true);
    stop();
  });

  it("shows a card per model and what needs someone, the most pressing first", async () => {
    const models = [
      summary("loan-default", {
        health: {
          state: "watch",
          reasons: [
            { state: "watch", sentence: "income drifted since 13:46 (PSI 0.31, values higher)", next: "retrain" },
          ],
        },
      }),
      summary("breast-cancer"),
      summary("house-price", {
        health: { state: "act", reasons: [{ state: "act", sentence: "errors at 4.1% since 13:52", next: "open" }] },
        pulse: { requests_per_s: 1, requests: 5, features: 12, mae: 18234, drifted: 1, dropped: 0 },
      }),
    ];
    const { stop } = open({ "GET /api/models": models });
    const card = await screen.findByTestId("model-card-loan-default");
    expect(card.textContent).toContain("1.84 ms");
    expect(card.textContent).toContain("91.4%");
    expect(card.textContent).toContain("2 of 15");
    expect(screen.getByTestId("health-loan-default").textContent).toBe("Watch");
    expect(screen.getByTestId("model-card-house-price").textContent).toContain("MAE 18,234");
    const queue = [...screen.getByTestId("attention").querySelectorAll("li")].map((line) => line.textContent);
    expect(queue[0]).toContain("errors at 4.1%");
    expect(queue[1]).toContain("income drifted");
    expect(screen.getByRole("link", { name: "Retrain" }).getAttribute("href")).toBe("#/models/loan-default/retrain");
    expect(screen.getByText("1 needs you")).toBeTruthy();
    stop();
  });

  it("follows the live numbers without asking for the cards again", async () => {
    const model = summary("churn");
    const { backend, stop } = open({ "GET /api/models": [model] });
    await screen.findByTestId("model-card-churn");
    const asked = backend.sent.length;
    const tick = liveTick([model]);
    const pulse = tick.models[0];
    if (!pulse) throw new Error("the fixture has a model");
    backend.tick({ ...tick, models: [{ ...pulse, pulse: { ...pulse.pulse, p99_ms: 250 } }] });
    await waitFor(() => expect(screen.getByTestId("model-card-churn").textContent).toContain("250 ms"));
    expect(backend.sent.length).toBe(asked);
    backend.tick({ ...tick, models: [{ ...pulse, health: "act" }] });
    await waitFor(() => expect(screen.getByTestId("health-churn").textContent).toBe("Needs you"));
    expect(backend.sent.slice(asked).map((sent) => sent.path)).toEqual(["/api/models"]);
    stop();
  });

  it("says what is wrong when the program does not answer", async () => {
    const told = { error: "the data folder is read-only", code: "unavailable", hint: "make it writable", id: "e1" };
    const { stop } = open({ "GET /api/models": () => Response.json(told, { status: 503 }) });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("the data folder is read-only");
    expect(alert.textContent).toContain("make it writable");
    stop();
  });
});
