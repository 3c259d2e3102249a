import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import type { ColumnSeen, DatasetDetail, Training } from "../backend/types";
import { data, isData } from "../state/data.svelte";
import { TableBackend } from "../test/backend";
import Data from "./Data.svelte";
import DataDetail from "./DataDetail.svelte";
import { bars, modelName, rangeOf, trainingShare, trainingText } from "./data-words";

const AGE: ColumnSeen = {
  name: "age",
  kind: "integer",
  missing: 2,
  distinct: 3,
  numbers: { min: 20, max: 60, mean: 40, std: 20, median: 40, edges: [20, 40, 60], counts: [1, 2] },
  common: [],
  notes: [],
  suggested: null,
  personal: null,
  decided: false,
};
const MAIL: ColumnSeen = { ...AGE, name: "mail", kind: "text", numbers: null, suggested: "email", personal: "email" };
const LEFT: ColumnSeen = {
  ...AGE,
  name: "left",
  kind: "categorical",
  numbers: null,
  common: [
    { value: "no", rows: 7 },
    { value: "yes", rows: 3 },
  ],
};
const SET: DatasetDetail = {
  id: 5,
  name: "people.csv",
  format: "csv",
  sha256: "ab".repeat(32),
  bytes: 900,
  rows: 10,
  columns: 3,
  created: 0,
  deleted: null,
  path: "/home/ada/people.csv",
  file: "here",
  tags: [],
  personal: 1,
  undecided: 1,
  reference_of: null,
  lineage: null,
  used_by: [],
  notes: "",
  columns_seen: [AGE, MAIL, LEFT],
};
const BEGUN: Training = {
  id: 9,
  dataset: 5,
  request: {
    target: "left",
    name: "people",
    method: "auto",
    task: null,
    time: null,
    exclude: [],
    holdout: 0.25,
    seed: 0,
    allow_personal: false,
    who: null,
  },
  state: "failed",
  created: 0,
  started: 0,
  ended: 0,
  at: "learning",
  step: 0,
  total: 0,
  loss: null,
  held_out_loss: null,
  log: [],
  card: null,
  model: null,
  error: "no column is left to learn from",
};

let backend: TableBackend;

beforeEach(async () => {
  location.hash = "#/data";
  backend = new TableBackend({
    "GET /api/datasets": [],
    "GET /api/datasets/5": SET,
    "GET /api/trainings": [],
    "PATCH /api/datasets/5": {
      ...SET,
      undecided: 0,
      personal: 0,
      columns_seen: [AGE, { ...MAIL, personal: null, decided: true }, LEFT],
    },
    "POST /api/datasets/5/train": BEGUN,
  });
  await connect(backend);
});

describe("data sets", () => {
  it("are told from models by their names", () => {
    const names = ["a.csv", "A.CSV", "b.parquet", "c.csv.gz", "m.onnx", "csv"];
    expect(names.filter((name) => isData({ name }))).toEqual(["a.csv", "A.CSV", "b.parquet", "c.csv.gz"]);
    expect(modelName("My customers (eu).csv")).toBe("My-customers-eu-");
  });

  it("come in from the empty screen, and are opened", async () => {
    backend.files = [
      { name: "people.csv", stage: () => Promise.reject(new Error("no model")), register: () => Promise.resolve(SET) },
    ];
    render(Data);
    await userEvent.click(await screen.findByTestId("open-data"));
    await waitFor(() => expect(location.hash).toBe("#/data/5"));
    expect(data.reading).toEqual([]);
  });

  it("show what each column holds", () => {
    expect(rangeOf(AGE)).toBe("20 to 60, median 40");
    expect(rangeOf(LEFT)).toBe("no, yes");
    expect(bars(AGE)).toEqual([
      { label: "20 to 40", rows: 1 },
      { label: "40 to 60", rows: 2 },
    ]);
  });

  it("ask a person what is personal", async () => {
    render(DataDetail, { id: 5 });
    await userEvent.click(await screen.findByTestId("personal-no-mail"));
    await waitFor(() => expect(screen.getByTestId<HTMLSelectElement>("personal-mail").value).toBe("nothing"));
    expect(backend.sent.at(-1)?.body).toEqual({ personal: { mail: "nothing" } });
  });

  it("become a model, and say why one did not", async () => {
    render(DataDetail, { id: 5 });
    await userEvent.click(await screen.findByTestId("train-model"));
    expect((await screen.findByTestId<HTMLSelectElement>("train-target")).value).toBe("left");
    expect(screen.getByTestId("train-sheet").textContent).toContain("mail (e-mail addresses)");
    const columns = screen.getByTestId("train-exclude").querySelectorAll<HTMLInputElement>("input");
    expect([...columns].every((column) => column.value !== "left")).toBe(true);
    const [first] = columns;
    await userEvent.click(first!);
    await userEvent.click(screen.getByTestId("train-start"));
    const card = await screen.findByTestId("training-9");
    expect(card.textContent).toContain("no column is left to learn from");
    expect(backend.sent.find((one) => one.path.endsWith("/train"))?.body).toEqual({
      target: "left",
      name: "people",
      method: "auto",
      seed: 0,
      exclude: ["age"],
    });
  });

  it("become a network, and tell how far and how good it is", async () => {
    const under: Training = { ...BEGUN, state: "running", error: null, step: 3, total: 11 };
    const comparing = { ...under, at: "comparing by cross-validation" };
    expect(trainingText(comparing)).toBe("comparing by cross-validation, 4 of 11");
    const learning = { ...under, step: 300, total: 600, loss: 0.41234, held_out_loss: 0.5 };
    const words = "learning, step 300 of 600: loss 0.4123, 0.5000 on rows it does not learn from";
    expect(trainingText(learning)).toBe(words);
    expect(trainingShare(learning)).toBeGreaterThan(trainingShare(comparing));
    Object.assign(backend.routes, { "POST /api/datasets/5/train": learning, "GET /api/trainings": [learning] });
    render(DataDetail, { id: 5 });
    await userEvent.click(await screen.findByTestId("train-model"));
    await userEvent.click(await screen.findByText("Neural net"));
    await userEvent.click(screen.getByTestId("train-start"));
    expect((await screen.findByTestId("training-at")).textContent).toContain("loss 0.4123");
    expect(backend.sent.find((one) => one.path.endsWith("/train"))?.body).toMatchObject({ method: "mlp" });
  });
});
