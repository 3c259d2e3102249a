import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import type { EstimateView, MetricsView, ModelDetail, Slice, WorstSlicesView } from "../backend/types";
import { parse, router } from "../router.svelte";
import { live } from "../state/live.svelte";
import { toasts } from "../state/toasts.svelte";
import { TableBackend } from "../test/backend";
import { CHART, DETAIL, NOW } from "../test/fixtures";
import ModelView from "./ModelView.svelte";

const METRICS: MetricsView = {
  from: NOW - 86_400_000,
  to: NOW,
  task: "classification",
  coverage: { rows: 14_980, labelled: 5692, share: 0.38, least_share: 0.5, mature: false },
  metrics: [
    {
      name: "accuracy",
      title: "Accuracy",
      value: 0.914,
      low: 0.906,
      high: 0.922,
      n: 5692,
      unit: "%",
      definition: "share of labelled rows whose predicted class is the true one",
      interval: "Wilson's interval of a share",
    },
  ],
  calibration: [],
  notes: ["log loss needs probabilities"],
};
const ESTIMATE: EstimateView = {
  from: NOW - 86_400_000,
  to: NOW,
  method: "confidence",
  fitted: NOW - 3_600_000,
  fitted_rows: 398,
  metrics: [{ ...METRICS.metrics[0]!, value: 0.92 }],
  errors: [
    {
      name: "accuracy",
      title: "Accuracy",
      realised: 0.914,
      estimated: 0.922,
      difference: -0.008,
      n: 5692,
      sentence: "estimator off by 0.8 points on 5,692 labelled rows",
    },
  ],
  note: "",
};
const SLICE: Slice = {
  name: "age 45 to 60",
  conditions: [],
  n: 412,
  share: 0.07,
  value: 0.847,
  low: 0.81,
  high: 0.88,
  rest: 0.92,
  difference: -0.073,
  difference_low: -0.11,
  difference_high: -0.04,
  effect: 0.3,
  p: 1e-5,
  q: 0.002,
  verdict: "worse",
};
const ROWS = { from: NOW - 86_400_000, to: NOW, version: 3, n: 5692, most: 50_000, without_value: 0 };
const WORST: WorstSlicesView = {
  rows: ROWS,
  metric: "accuracy",
  higher_is_better: true,
  slices: [SLICE],
  overall: 0.914,
  searched_rows: 2846,
  measured_rows: 2846,
  slices_searched: 1204,
  inputs_paired: 1,
  note: "",
};
let backend: TableBackend;

async function open(detail: ModelDetail = DETAIL): Promise<void> {
  location.hash = "#/models/churn/evaluate?version=3";
  router.route = parse(location.hash);
  live.now = NOW;
  toasts.list = [];
  backend = new TableBackend({
    "GET /api/models/churn": detail,
    "GET /api/models/churn/metrics": METRICS,
    "GET /api/models/churn/estimate": ESTIMATE,
    "GET /api/models/churn/slices/worst": WORST,
    "GET /api/models/churn/fairness": {
      rows: ROWS,
      column: "age",
      favourable_class: "yes",
      groups: [],
      comparisons: [
        {
          criterion: "demographic_parity",
          highest: "over 60",
          lowest: "under 30",
          difference: 0.21,
          difference_low: 0.15,
          difference_high: 0.27,
          ratio: 0.62,
          ratio_low: 0.51,
          ratio_high: 0.74,
          four_fifths: "adverse",
        },
      ],
      note: "",
    },
    "POST /api/models/churn/charts": { now: 0, from: 0, to: 0, charts: [{ ...CHART, kind: "roc" }] },
  });
  await connect(backend);
  render(ModelView, { name: "churn", tab: "evaluate" });
}
const asked = (path: string) => backend.sent.filter((sent) => sent.path.startsWith(`/api/models/churn/${path}`));

describe("evaluation", () => {
  beforeEach(() => open());

  it("shows each metric with its interval, and how much of the truth is known", async () => {
    const metrics = await screen.findByTestId("metrics");
    expect(within(metrics).getByText("91.4%")).toBeTruthy();
    expect(within(metrics).getByText("90.6% to 92.2%")).toBeTruthy();
    expect(within(metrics).getByText("log loss needs probabilities")).toBeTruthy();
    expect(screen.getByTestId("coverage").textContent).toBe("38.0% of 14,980 rows are labelled.");
    expect(screen.getByText("Too few labels to judge")).toBeTruthy();
    expect(asked("metrics")[0]?.path).toContain("last_s=86400&version=3");
  });

  it("shows the estimate with how far it was off", async () => {
    const estimates = await screen.findByTestId("estimates");
    await waitFor(() => expect(estimates.textContent).toContain("92.0%"));
    expect(estimates.textContent).toContain("−0.8 points");
    expect(estimates.textContent).toContain("told by 5,692 labelled rows");
  });

  it("searches the worst slices when asked to, and says what was searched", async () => {
    await userEvent.click(await screen.findByTestId("search-slices"));
    const worst = await screen.findByTestId("worst-slices");
    await waitFor(() => expect(worst.textContent).toContain("1,204 slices searched on 2,846 rows"));
    const row = within(worst).getByText("age 45 to 60").closest("tr");
    expect(row?.textContent).toContain("84.7%");
    expect(row?.textContent).toContain("−7.3");
    expect(row?.textContent).toContain("Worse");
  });

  it("says that it searches, and stops when told to", async () => {
    let answer: (value: Response) => void = () => {};
    backend.routes["GET /api/models/churn/slices/worst"] = () => new Promise<Response>((done) => (answer = done));
    await userEvent.click(await screen.findByTestId("search-slices"));
    expect((await screen.findByTestId("searching")).textContent).toMatch(
      /Searching \d+ inputs? and \d+ pairs? of them/,
    );
    await userEvent.click(screen.getByTestId("cancel-search"));
    expect(await screen.findByTestId("search-slices")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    answer(Response.json(WORST));
  });

  it("leaves groups alone until an input is named", async () => {
    await screen.findByTestId("fairness");
    expect(asked("fairness")).toEqual([]);
  });
});

it("compares the groups of the named input, with the four-fifths rule", async () => {
  const settings = { ...DETAIL.model.settings, fairness_column: "age" };
  await open({ ...DETAIL, model: { ...DETAIL.model, settings } });
  const row = (await screen.findByText("Demographic parity")).closest("tr");
  expect(row?.textContent).toContain("21.0%");
  expect(row?.textContent).toContain("Below four fifths");
});
