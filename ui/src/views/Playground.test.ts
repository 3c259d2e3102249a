import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import { TableBackend, type Sent } from "../test/backend";
import { DETAIL } from "../test/fixtures";
import ModelView from "./ModelView.svelte";

let backend: TableBackend;
const asked = () => backend.sent.filter((sent) => sent.path.endsWith("/predict")).map((sent) => sent.body);

beforeEach(async () => {
  backend = new TableBackend({
    "GET /api/models/churn": DETAIL,
    "POST /api/models/churn/predict": ({ body }: Sent) => ({
      model: "churn",
      version: (body as { version?: number }).version ?? 3,
      answers: [{ id: "0199", label: "yes", probabilities: { no: 0.126, yes: 0.874 } }],
      timing: { queue_us: 10, run_us: 210, total_us: 640 },
    }),
  });
  await connect(backend);
  render(ModelView, { name: "churn", tab: "playground" });
  await screen.findByTestId("playground-run");
});

describe("the playground", () => {
  it("starts from the example and asks champion and challenger the same", async () => {
    const age = screen.getByLabelText<HTMLInputElement>("age");
    expect(age.value).toBe("42");
    await userEvent.clear(age);
    await userEvent.type(age, "43.5");
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(screen.getByTestId("playground-answer").textContent).toContain("87.4%"));
    expect(asked()).toEqual([{ rows: [{ age: 43.5 }] }, { rows: [{ age: 43.5 }], version: 4 }]);
    expect(screen.getByText("Challenger v4")).toBeTruthy();
  });

  it("takes JSON and CSV, and says what is wrong with them before asking", async () => {
    await userEvent.click(screen.getByTestId("segment-csv"));
    const text = screen.getByTestId<HTMLTextAreaElement>("playground-text");
    expect(text.value).toBe("age\n42");
    await userEvent.clear(text);
    await userEvent.type(text, "age\n1,2");
    expect(screen.getByText("row 1 has 2 values for 1 columns")).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("playground-run").disabled).toBe(true);
  });

  it("shows the server's words when the input is refused", async () => {
    backend.routes["POST /api/models/churn/predict"] = () =>
      Response.json(
        { error: "`age` is missing", code: "invalid", hint: "give every column", id: "e3" },
        { status: 400 },
      );
    await userEvent.click(screen.getByTestId("playground-run"));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("age is missing");
    expect(alert.textContent).toContain("give every column");
  });
});
