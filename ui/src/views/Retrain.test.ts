import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "../backend";
import type { Run } from "../backend/types";
import { parse, router } from "../router.svelte";
import { toasts } from "../state/toasts.svelte";
import { TableBackend } from "../test/backend";
import { CHART, DETAIL, PLAN, RUN } from "../test/fixtures";
import ModelView from "./ModelView.svelte";

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
    "POST /api/models/churn/retrain/dry-run": {
      probe: DETAIL.probe,
      labelled: 1200,
      reference_rows: 398,
      train_rows: 1198,
      held_out_new: 300,
      held_out_old: 100,
      obstacles: [],
    },
  });
  await connect(backend);
});

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
});
