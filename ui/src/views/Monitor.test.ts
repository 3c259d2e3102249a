import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { connect } from "../backend";
import type { ChartRequest, ConceptView } from "../backend/types";
import { parse, router } from "../router.svelte";
import { live } from "../state/live.svelte";
import { toasts } from "../state/toasts.svelte";
import { TableBackend, type Sent } from "../test/backend";
import { CHART, DETAIL, DRIFT, MONITOR, NOW } from "../test/fixtures";
import ModelView from "./ModelView.svelte";

const CONCEPT: ConceptView = {
  version: 3,
  state: "risen",
  sentence: "errors rose from 2.1% to 8.7% since 13:46 UTC (ADWIN, 640 labels)",
  unit: "share",
  labels: 5231,
  recent: 0.087,
  detectors: [{ name: "adwin", title: "ADWIN", window: 640, mean: 0.087, before: 0.021, warning: false }],
  detections: [],
  warnings: [],
};
let backend: TableBackend;
const asked = (path: string) => backend.sent.filter((sent) => sent.path.startsWith(`/api/models/churn/${path}`));

beforeEach(async () => {
  location.hash = "#/models/churn/monitor";
  router.route = parse(location.hash);
  live.now = NOW;
  toasts.list = [];
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(480);
  backend = new TableBackend({
    "GET /api/models/churn": DETAIL,
    "GET /api/models/churn/monitor": {
      ...MONITOR,
      tiles: [{ key: "requests", title: "Requests", value: "0", unit: "/s", detail: "no traffic", tone: "plain" }],
    },
    "GET /api/models/churn/concept": CONCEPT,
    "GET /api/models/churn/explain": { state: "failed", done: 0, total: 0, why: "too few rows" },
    "POST /api/models/churn/charts": ({ body }: Sent) => ({
      now: NOW,
      from: NOW - 1,
      to: NOW,
      charts: (body as { charts: ChartRequest[] }).charts.map(({ kind }) => ({ ...CHART, kind, title: kind })),
    }),
    "GET /api/models/churn/drift-report": {
      model: "churn",
      version: 3,
      from: NOW - 1,
      to: NOW,
      rows_reference: 20_000,
      rows_current: 11_232,
      truncated: false,
      definition: "nannyml",
      columns: [{ ...DRIFT, type: "numeric", drifted: true, missing_reference: 0, missing_current: 0, n_current: 9 }],
      share_drifted: 1,
      drifted: true,
      columns_drifted: 1,
      columns_judged: 1,
    },
  });
  await connect(backend);
  render(ModelView, { name: "churn", tab: "monitor" });
});

it("shows every part, and what to do while nobody asks the model", async () => {
  for (const part of ["traffic", "answers", "inputs", "quality", "machine"])
    await screen.findByTestId(`section-${part}`);
  expect(await screen.findByTestId("no-traffic")).toBeTruthy();
  expect((await screen.findByTestId("concept")).textContent).toContain("Errors rose from 2.1% to 8.7%");
});

it("finds out once whether drift hurts, and says why it could not", async () => {
  await waitFor(() => expect(screen.getByTestId("effects").textContent).toContain("too few rows"));
  expect(asked("explain")).toHaveLength(1);
});

it("does not ask again and again where the question itself fails", async () => {
  await waitFor(() => expect(asked("explain")).toHaveLength(1));
  backend.routes["GET /api/models/churn/explain"] = () => {
    throw new Error("gone");
  };
  await userEvent.click(await screen.findByRole("button", { name: "Weigh the effect on answers" }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked("explain")).toHaveLength(2);
});

it("tells drift in the terms of another tool", async () => {
  await userEvent.click(await screen.findByTestId("segment-nannyml"));
  expect((await screen.findByTestId("drift-report")).textContent).toContain("1 of 1 columns drifted");
  expect(asked("drift-report")[0]?.path).toContain("definition=nannyml");
});
