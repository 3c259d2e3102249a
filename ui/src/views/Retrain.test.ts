import { cleanup, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "../backend";
import type { Run, TriggersView } from "../backend/types";
import { parse, router } from "../router.svelte";
import { toasts } from "../state/toasts.svelte";
import { TableBackend } from "../test/backend";
import { CHART, DETAIL, NOW, PLAN, RUN } from "../test/fixtures";
import ModelView from "./ModelView.svelte";

const NOTHING_SET: TriggersView = {
  now: NOW,
  would_fire: false,
  says: "nothing starts a retraining by itself",
  combine: "any",
  conditions: [],
  blocks: [],
  next_schedule: null,
  runs_today: 0,
  minutes_today: 0,
};
let backend: TableBackend;
let runs: Run[];

beforeEach(async () => {
  location.hash = "#/models/churn/retrain";
  router.route = parse(location.hash);
  toasts.list = [];
  runs = [];
  backend = new TableBackend({
    "GET /api/models/churn": DETAIL,
    "GET /api/models/churn/runs": () => runs,
    "POST /api/models/churn/charts": { now: 0, from: 0, to: 0, charts: [{ ...CHART, kind: "loss" }] },
    "GET /api/queue": { at_once: 1, runs: [], trainings: [] },
    "GET /api/models/churn/triggers": NOTHING_SET,
    "POST /api/models/churn/retrain/dry-run": {
      probe: DETAIL.probe,
      labelled: 1200,
      reference_rows: 398,
      train_rows: 1198,
      held_out_new: 300,
      held_out_old: 100,
      data: { parts: [], removed: 0, warnings: [] },
      obstacles: [],
    },
  });
  await connect(backend);
});

/** A row that champion and challenger answer differently. */
const TWICE = {
  id: "01890a5d:3",
  time: 1,
  features: { age: 41 },
  before: { label: "no", probabilities: [0.6, 0.4] },
  after: { label: "yes", probabilities: [0.3, 0.7] },
  truth: null,
  apart: true,
  size: 0.3,
};

function open(): void {
  render(ModelView, { name: "churn", tab: "retrain" });
}

describe("retraining", () => {
  it("says which rows it would use, then starts with the plan on screen", async () => {
    const fresh: Run = { ...RUN, id: 12, state: "training", comparison: undefined, challenger: undefined };
    backend.routes["POST /api/models/churn/runs"] = () => {
      runs = [fresh];
      return fresh;
    };
    open();
    await waitFor(() => expect(screen.getByTestId("dry-run").textContent).toContain("1,200 labelled predictions"));
    const rounds = screen.getByTestId<HTMLInputElement>("plan-rounds");
    await userEvent.clear(rounds);
    expect(screen.getByTestId<HTMLButtonElement>("retrain-start").disabled).toBe(true);
    await userEvent.type(rounds, "40");
    await userEvent.click(screen.getByTestId("retrain-start"));
    await waitFor(() => expect(screen.getByTestId("run-state").dataset.state).toBe("training"));
    const sent = backend.sent.find((one) => one.method === "POST" && one.path.endsWith("/runs"));
    expect(sent?.body).toEqual({ plan: { ...PLAN, rounds: 40 } });
  });

  it("hands a model that nothing fits to a command, and shows what it writes", async () => {
    const probe = {
      ...DETAIL.probe,
      trainer: null,
      modes: [],
      summary: "cannot be retrained here: operator SVMRegressor",
    };
    backend.routes["GET /api/models/churn"] = { ...DETAIL, probe };
    backend.routes["PATCH /api/models/churn"] = { ...DETAIL, probe };
    backend.routes["POST /api/runners/test"] = {
      ok: false,
      answer: "there is no program `trane`",
      hint: "give its path",
    };
    const job = {
      key: "tidegate-12-0123456789abcdef",
      place: "the command `trane`",
      state: "running",
      step: 3,
      total: 40,
      metrics: { loss: 0.25 },
      lines: ["learning from 298 rows"],
      left_out: 0,
      submitted: 0,
    };
    const fresh: Run = { ...RUN, id: 12, state: "training", comparison: undefined, challenger: undefined, job };
    backend.routes["POST /api/models/churn/runs"] = () => {
      runs = [fresh];
      return fresh;
    };
    open();
    expect((await screen.findByTestId("retrain-obstacle")).textContent).toContain("Operator SVMRegressor");
    expect((await screen.findByTestId<HTMLButtonElement>("retrain-start")).disabled).toBe(true);
    await userEvent.type(screen.getByTestId("runner-program"), "trane");
    await userEvent.click(screen.getByTestId("runner-test"));
    expect((await screen.findByTestId("runner-tested")).textContent).toContain("no program `trane`: give its path");
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("retrain-start").disabled).toBe(false));
    await userEvent.click(screen.getByTestId("retrain-start"));
    expect((await screen.findByTestId("job-log")).textContent).toContain("learning from 298 rows");
    expect(screen.getByTestId("job-state").textContent).toBe("running");
    const sent = backend.sent.find((one) => one.method === "POST" && one.path.endsWith("/runs"));
    expect(sent?.body).toMatchObject({ plan: { runner: { kind: "command", program: "trane" } } });
    const kept = backend.sent.find((one) => one.method === "PATCH");
    expect(kept?.body).toMatchObject({ settings: { runner: { program: "trane" } } });
  });

  it("does not start while something stands in the way", async () => {
    backend.routes["POST /api/models/churn/retrain/dry-run"] = {
      probe: DETAIL.probe,
      labelled: 3,
      reference_rows: 0,
      train_rows: 2,
      held_out_new: 1,
      held_out_old: 0,
      data: { parts: [], removed: 0, warnings: [] },
      obstacles: ["3 labelled rows are too few, 30 are needed"],
    };
    open();
    expect(await screen.findByText("3 labelled rows are too few, 30 are needed")).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("retrain-start").disabled).toBe(true);
  });

  it("shows what the gate held, and promotes with a reason all the same", async () => {
    runs = [RUN];
    backend.routes["POST /api/runs/11/promote"] = () => {
      runs = [{ ...RUN, state: "promoted" }];
      return runs[0];
    };
    open();
    await waitFor(() => expect(screen.getByTestId("run-state").textContent).toContain("held back by the gate"));
    expect(screen.getByText("−3.3 (−5.1 to −1.4)")).toBeTruthy();
    await userEvent.click(screen.getByTestId("run-promote"));
    await userEvent.type(screen.getByTestId("promote-reason"), "the north matters less");
    await userEvent.click(screen.getByTestId("promote-confirm"));
    await waitFor(() => expect(screen.getByTestId("run-state").dataset.state).toBe("promoted"));
    expect(backend.sent.find((one) => one.path.endsWith("/promote"))?.body).toEqual({
      reason: "the north matters less",
    });
    expect(toasts.list.at(-1)?.undo).toBeDefined();
  });

  it("offers the rows that would decide, and takes their labels", async () => {
    const line = {
      ...RUN.comparison!.lines[0]!,
      more_rows: 180,
      reason: "not sure yet, label 180 more rows to decide",
    };
    runs = [{ ...RUN, comparison: { ...RUN.comparison!, lines: [line], more_rows: 180 } }];
    backend.routes["GET /api/runs/11/rows-to-label"] = {
      champion: 3,
      challenger: 4,
      more_rows: 180,
      looked_at: 2000,
      unlabelled: 1400,
      apart: 35,
      classes: ["no", "yes"],
      rows: [TWICE],
    };
    backend.routes["POST /api/labels"] = { matched: 1, changed: 0, repeated: 0, unmatched: 0 };
    open();
    const ask = await screen.findByTestId("run-label");
    expect(ask.textContent).toContain("Label 180 more rows");
    expect(screen.getByText("undecided")).toBeTruthy();
    await userEvent.click(ask);
    expect(
      await screen.findByText(/1,400 rows without a label among the newest 2,000; the two differ on 35/),
    ).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Label of 01890a5d:3"), "yes");
    await waitFor(() => expect(screen.getByText("1 label given here")).toBeTruthy());
    expect(backend.sent.find((one) => one.path === "/api/labels")?.body).toEqual({
      labels: [{ id: "01890a5d:3", label: "yes" }],
    });
  });

  it("answers recorded requests again before anyone promotes", async () => {
    runs = [RUN];
    const done = {
      state: "done",
      version: 4,
      done: 2000,
      total: 2000,
      why: null,
      result: {
        version: 4,
        from: 1,
        to: 2,
        rows: 2000,
        labelled: 150,
        apart: 60,
        classes: ["no", "yes"],
        lines: RUN.comparison!.lines,
        changes: [TWICE],
      },
    };
    backend.routes["GET /api/models/churn"] = { ...DETAIL, versions: [{ ...DETAIL.versions[0]!, id: 4, number: 4 }] };
    backend.routes["POST /api/models/churn/replay"] = { ...done, state: "running", done: 0, result: null };
    backend.routes["GET /api/models/churn/replay"] = done;
    open();
    await userEvent.click(await screen.findByTestId("run-replay"));
    await userEvent.click(await screen.findByTestId("replay-start"));
    const summary = await screen.findByTestId("replay-summary");
    expect(summary.textContent).toContain("60 answered differently (3.0%), 150 with a label");
    expect(screen.getByTestId("replay-changes").textContent).toContain("yes, 70.0%");
    expect(backend.sent.find((one) => one.method === "POST" && one.path.endsWith("/replay"))?.body).toEqual({
      version: 4,
      most: 2000,
    });
  });

  it("sends the gates that were set", async () => {
    backend.routes["POST /api/models/churn/runs"] = () => RUN;
    open();
    await userEvent.click(await screen.findByText("Gates"));
    await userEvent.click(screen.getByTestId("add-metric-gate"));
    await userEvent.selectOptions(screen.getByLabelText("Metric"), "roc_auc");
    await userEvent.selectOptions(screen.getByLabelText("Kind"), "reach");
    await waitFor(() => expect(screen.getByTestId("dry-run").textContent).toContain("1,200 labelled predictions"));
    await userEvent.click(screen.getByTestId("retrain-start"));
    await waitFor(() =>
      expect(backend.sent.some((one) => one.method === "POST" && one.path.endsWith("/runs"))).toBe(true),
    );
    const sent = backend.sent.find((one) => one.method === "POST" && one.path.endsWith("/runs"));
    const metrics = [{ metric: "roc_auc", rows: "new", limit: { kind: "reach", value: 0.9 } }];
    expect(sent?.body).toEqual({ plan: { ...PLAN, gates: { ...PLAN.gates, metrics } } });
  });

  it("draws the loss once the room for it is known, and then rests", async () => {
    const width = vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
    runs = [RUN];
    backend.routes["GET /api/models/churn/runs"] = () => new Promise((done) => setTimeout(() => done(runs), 30));
    open();
    await waitFor(() => expect(backend.sent.some((one) => one.path.endsWith("/charts"))).toBe(true));
    await new Promise((done) => setTimeout(done, 400));
    expect(backend.sent.filter((one) => one.path.endsWith("/runs")).length).toBeLessThan(5);
    width.mockRestore();
  });

  it("tells a model that can't be trained why", async () => {
    const probe = { trainer: null, modes: [], summary: "cannot be retrained here: Conv has no trainer", details: [] };
    backend.routes["GET /api/models/churn"] = { ...DETAIL, probe };
    open();
    expect(await screen.findByText(/Conv has no trainer/)).toBeTruthy();
    expect(screen.queryByTestId("retrain-start")).toBeNull();
  });

  it("says what of the model is kept, and what a run found doubtful", async () => {
    const probe = { ...DETAIL.probe, kept: "a one-hot of 2 columns" };
    backend.routes["GET /api/models/churn"] = { ...DETAIL, probe };
    open();
    expect((await screen.findByTestId("plan-kept")).textContent).toContain("is kept as it is: a one-hot of 2 columns");
    const doubt = "12 of 400 rows have a `region` that the model does not know (`coast`)";
    runs = [{ ...RUN, data: { parts: [], removed: 0, warnings: [doubt] } }];
    cleanup();
    open();
    expect(await screen.findByText(doubt)).toBeTruthy();
  });

  const drift = {
    kind: "drift" as const,
    holds: true,
    value: 140,
    threshold: 120,
    since: NOW - 60_000,
    says: "income drifted (PSI 0.31); 140 rows were labelled since",
  };

  it("says why a run started by itself", async () => {
    runs = [{ ...RUN, trigger: { by: "conditions", combine: "any", conditions: [drift] } }];
    open();
    expect((await screen.findByTestId("run-why")).textContent).toContain("Income drifted (PSI 0.31); 140 rows");
    expect(screen.getByText("Run 11, started by an alert")).toBeTruthy();
  });

  it("says whether it would start by itself now, and when it would have", async () => {
    const labels = {
      ...drift,
      kind: "new_labels" as const,
      holds: false,
      says: "83 of 120 rows labelled since the last run",
    };
    const block = {
      kind: "cooling_down" as const,
      until: NOW,
      says: "cooling down for 12 min more after the last run",
    };
    const view: TriggersView = { ...NOTHING_SET, combine: "all", conditions: [drift, labels], blocks: [block] };
    backend.routes["GET /api/models/churn/triggers"] = view;
    backend.routes["POST /api/models/churn/triggers/backtest"] = {
      from: 0,
      to: NOW,
      says: "would have fired once in 30 days",
      firings: [{ at: NOW - 3_600_000, conditions: [drift] }],
      blocked_hours: [{ by: "budget", hours: 3 }],
      notes: ["tried at the end of every hour"],
    };
    open();
    const now = await screen.findByTestId("triggers-now");
    await waitFor(() => expect(now.textContent).toContain("83 of 120 rows labelled"));
    expect(now.dataset.fires).toBe("false");
    expect(now.textContent).toContain("Cooling down for 12 min more");
    await userEvent.click(screen.getByTestId("triggers-backtest"));
    const past = screen.getByTestId("triggers-past");
    await waitFor(() => expect(past.textContent).toContain("Would have fired once in 30 days"));
    expect(past.textContent).toContain("3 hours while the day's budget was spent");
  });

  it("shows who else trains, and where a waiting run stands", async () => {
    const run = { id: 12, state: "queued" as const, step: 0, total: 0, position: 1 };
    const other = { id: 9, state: "training" as const, step: 40, total: 100, position: null };
    backend.routes["GET /api/queue"] = {
      at_once: 1,
      runs: [
        { model: "house", run: other, position: null, created: NOW, why: "by ada" },
        { model: "churn", run, position: 1, created: NOW, why: "because income drifted" },
      ],
      trainings: [
        {
          id: 4,
          dataset: 2,
          model: "buyers",
          position: 2,
          created: NOW,
          state: "queued",
          at: "waiting for its turn",
          step: 0,
          total: 0,
        },
      ],
    };
    backend.routes["POST /api/runs/12/cancel"] = { ...RUN, id: 12, state: "cancelled" };
    backend.routes["POST /api/trainings/4/cancel"] = {};
    runs = [{ ...RUN, id: 12, state: "queued" }];
    open();
    const queue = await screen.findByTestId("queue");
    expect(queue.textContent).toContain("Waiting for its turn, 1st in line");
    expect(queue.textContent).toContain("Training, 40 of 100");
    expect([...queue.querySelectorAll("tr")].map((row) => row.dataset.line)).toEqual(["run-9", "run-12", "training-4"]);
    expect(queue.textContent).toContain("buyers, a first model");
    await userEvent.click(queue.querySelector<HTMLButtonElement>("[data-line='run-12'] button")!);
    await waitFor(() => expect(backend.sent.some((one) => one.path === "/api/runs/12/cancel")).toBe(true));
    await userEvent.click(queue.querySelector<HTMLButtonElement>("[data-line='training-4'] button")!);
    await waitFor(() => expect(backend.sent.some((one) => one.path === "/api/trainings/4/cancel")).toBe(true));
  });

  it("offers what only this trainer takes", async () => {
    const probe = { ...DETAIL.probe, trainer: "neural_network" as const };
    backend.routes["GET /api/models/churn"] = { ...DETAIL, probe };
    const fresh: Run = { ...RUN, id: 12, state: "training" };
    backend.routes["POST /api/models/churn/runs"] = fresh;
    open();
    await screen.findByTestId("plan-advanced");
    expect(screen.queryByTestId("plan-rising")).toBeNull();
    await userEvent.selectOptions(screen.getByTestId("plan-optimiser"), "sgd");
    await userEvent.type(screen.getByTestId("plan-freeze"), "layers.0, embedding");
    await userEvent.tab();
    await userEvent.click(screen.getByTestId("retrain-start"));
    await waitFor(() =>
      expect(backend.sent.some((one) => one.path.endsWith("/runs") && one.method === "POST")).toBe(true),
    );
    const sent = backend.sent.find((one) => one.method === "POST" && one.path.endsWith("/runs"));
    const network = { ...PLAN.network, optimiser: "sgd", freeze: ["layers.0", "embedding"] };
    expect(sent?.body).toEqual({ plan: { ...PLAN, network } });
  });
});
