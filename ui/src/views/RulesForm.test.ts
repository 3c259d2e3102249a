import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "../backend";
import { OpenModel } from "../state/model.svelte";
import { live } from "../state/live.svelte";
import { toasts } from "../state/toasts.svelte";
import { BACKTEST, CHANNEL, CHOICES, RULES } from "../test/alerting";
import { TableBackend, type Sent } from "../test/backend";
import { DETAIL, NOW } from "../test/fixtures";
import RulesForm from "./RulesForm.svelte";

const open = vi.hoisted(() => ({ model: undefined as unknown }));
vi.mock("../state/model.svelte", async (original) => ({ ...(await original<object>()), useModel: () => open.model }));

let backend: TableBackend;

beforeEach(async () => {
  live.now = NOW;
  toasts.list = [];
  backend = new TableBackend({
    "GET /api/models/churn": DETAIL,
    "GET /api/models/churn/alerts/rules": RULES,
    "GET /api/alerts/choices": CHOICES,
    "GET /api/channels": [CHANNEL],
    "POST /api/models/churn/alerts/backtest": BACKTEST,
    "POST /api/models/churn/alerts/snooze": { ...RULES, snoozed_until: NOW + 900_000 },
    "PATCH /api/models/churn": ({ body }: Sent) => ({ ...DETAIL, ...(body as object) }),
  });
  await connect(backend);
  // jsdom lays nothing out: a chart asks for its picture once it has a width.
  Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, value: 600 });
  const model = new OpenModel("churn");
  await model.refresh();
  open.model = model;
  render(RulesForm);
  await screen.findByTestId("rule-error_share");
});

const last = (path: string) => backend.sent.findLast((sent) => sent.path === path)?.body as Record<string, unknown>;

describe("the rules of a model", () => {
  it("say what they watch and how they stand", () => {
    expect(screen.getByText("share of failed requests above 5.0% over 15 min")).toBeTruthy();
    expect(screen.getByText("firing")).toBeTruthy();
    expect(screen.getByText("8%, limit 5%")).toBeTruthy();
  });

  it("are switched off at once", async () => {
    await userEvent.click(screen.getByRole("checkbox", { name: /on$/ }));
    await waitFor(() =>
      expect(last("/api/models/churn")?.rules).toMatchObject([{ id: "error_share", enabled: false }]),
    );
  });

  it("are snoozed all together, and undo wakes them", async () => {
    await userEvent.click(screen.getByRole("button", { name: "Snooze all" }));
    await userEvent.click(await screen.findByText("for 15 minutes"));
    expect(await screen.findByText(/All are snoozed/)).toBeTruthy();
    await waitFor(() => expect(toasts.list.at(-1)?.undo).toBeDefined());
    await toasts.list.at(-1)?.undo?.();
    expect(last("/api/models/churn/alerts/snooze")).toEqual({ rule: null, minutes: 0 });
  });

  it("are tried on the past while they are edited, and saved with what was typed", async () => {
    await userEvent.click(screen.getByTestId("edit-error_share"));
    expect(await screen.findByText(/Would have fired 3 times in 30 days/)).toBeTruthy();
    const limit = screen.getByTestId("rule-threshold");
    await userEvent.clear(limit);
    await userEvent.type(limit, "7.5");
    await userEvent.tab();
    await waitFor(() =>
      expect(last("/api/models/churn/alerts/backtest")).toMatchObject({
        rule: { threshold: 0.075 },
        last_s: 2_592_000,
      }),
    );
    await userEvent.click(screen.getByTestId("save-rule"));
    await waitFor(() =>
      expect(last("/api/models/churn")?.rules).toMatchObject([{ id: "error_share", threshold: 0.075 }]),
    );
  });

  it("take a burn rate with the workbook's windows", async () => {
    await userEvent.click(screen.getByTestId("add-rule"));
    await userEvent.click(await screen.findByTestId("segment-burn_rate"));
    await userEvent.click(screen.getByRole("button", { name: "6 h and 30 min at 6×" }));
    await userEvent.click(screen.getByTestId("save-rule"));
    await waitFor(() => expect((last("/api/models/churn")?.rules as unknown[] | undefined)?.length).toBe(2));
    expect((last("/api/models/churn").rules as unknown[])[1]).toMatchObject({
      signal: "error_share",
      window_s: 21_600,
      threshold: 6,
      condition: { kind: "burn_rate", short_s: 1800 },
    });
  });
});
