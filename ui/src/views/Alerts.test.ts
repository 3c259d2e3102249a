import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import type { AlertView, SignalView } from "../backend/types";
import { parse, router } from "../router.svelte";
import { live } from "../state/live.svelte";
import { toasts } from "../state/toasts.svelte";
import { CHOICES, DELIVERY } from "../test/alerting";
import { TableBackend, type Sent } from "../test/backend";
import { NOW } from "../test/fixtures";
import Alerts from "./Alerts.svelte";
import { newRule } from "./rules";

const DRIFT: AlertView = {
  id: 1,
  model: 1,
  model_name: "churn",
  rule: "input_drift",
  retrain: true,
  signal: "input_drift",
  subject: "income",
  severity: "watch",
  since: NOW - 840_000,
  value: 0.31,
  threshold: 0.2,
  message: "income drifted since 13:46 (PSI 0.31, values higher)",
  acknowledged: false,
  why: {
    rule: { ...newRule(CHOICES.signals[0] as SignalView, CHOICES), id: "input_drift" },
    rule_name: "drift of an input (PSI) above 0.2 over 15 min",
    compared: 0.31,
    clears_at: 0.16,
    windows: [{ from: NOW - 1_740_000, to: NOW - 840_000, value: 0.31, n: 1200 }],
    usual: null,
    members: [
      { name: "income", value: 0.31, detail: "values higher" },
      { name: "age", value: 0.25, detail: "values lower" },
    ],
  },
};
let backend: TableBackend;

beforeEach(async () => {
  location.hash = "#/alerts";
  router.route = parse(location.hash);
  live.now = NOW;
  toasts.list = [];
  backend = new TableBackend({
    "GET /api/alerts": [DRIFT, { ...DRIFT, id: 2, until: NOW - 1_000, message: "p99 was 84 ms" }],
    "GET /api/alerts/choices": CHOICES,
    "GET /api/deliveries": [DELIVERY],
    "PATCH /api/alerts/1": ({ body }: Sent) => ({ ...DRIFT, ...(body as object) }),
  });
  await connect(backend);
  render(Alerts);
  await screen.findByTestId("alert-1");
});

describe("alerts", () => {
  it("show open ones with their next steps, and the cleared ones on demand", async () => {
    expect(screen.queryByText(/p99 was 84 ms/)).toBeNull();
    expect(screen.getByRole("link", { name: "Monitor" }).getAttribute("href")).toBe(
      "#/models/churn/monitor?feature=income",
    );
    expect(screen.getByRole("link", { name: "Retrain" }).getAttribute("href")).toBe("#/models/churn/retrain");
    await userEvent.click(screen.getByTestId("segment-all"));
    expect(screen.getByText(/p99 was 84 ms/)).toBeTruthy();
  });

  it("say why they fired, with every member of a group", async () => {
    expect(screen.queryByTestId("why-1")).toBeNull();
    await userEvent.click(screen.getByTestId("explain-1"));
    expect(screen.getByTestId("source-1").textContent).toMatch(/1,200 rows, \d\d:\d\d to \d\d:\d\d/);
    const why = screen.getByTestId("why-1").textContent?.replaceAll(/\s+/g, " ");
    expect(why).toContain("0.31 with a limit of 0.2; clears at 0.16");
    expect(why).toContain("1,200 rows");
    expect(screen.getByRole("link", { name: "age" }).getAttribute("href")).toBe("#/models/churn/monitor?feature=age");
  });

  it("show what was sent about them", async () => {
    await userEvent.click(screen.getByTestId("segment-sent"));
    expect(await screen.findByText(/503 Service Unavailable/)).toBeTruthy();
  });

  it("are acknowledged at once, and undo takes it back", async () => {
    await userEvent.click(screen.getByTestId("acknowledge-1"));
    expect(screen.getByText("acknowledged")).toBeTruthy();
    await waitFor(() => expect(toasts.list.at(-1)?.undo).toBeDefined());
    await toasts.list.at(-1)?.undo?.();
    expect(backend.sent.at(-1)?.body).toEqual({ acknowledged: false });
    await waitFor(() => expect(screen.queryByText("acknowledged")).toBeNull());
  });

  it("go back to what they were when the server refuses", async () => {
    backend.routes["PATCH /api/alerts/1"] = () => Response.json({ error: "read-only" }, { status: 503 });
    await userEvent.click(screen.getByTestId("acknowledge-1"));
    await waitFor(() => expect(toasts.list.at(-1)?.text).toBe("read-only"));
    expect(screen.queryByText("acknowledged")).toBeNull();
  });
});
