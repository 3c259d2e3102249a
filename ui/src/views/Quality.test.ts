import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import type { QualityView } from "../backend/types";
import { parse, router } from "../router.svelte";
import { live } from "../state/live.svelte";
import { toasts } from "../state/toasts.svelte";
import { TableBackend, type Sent } from "../test/backend";
import { DETAIL, NOW } from "../test/fixtures";
import { check, qualityView, view } from "../test/quality";
import ModelView from "./ModelView.svelte";
import QualityPanel from "./QualityPanel.svelte";

const RANGE = view(check("age.range"), "failed");
const MEAN = view(check("bmi.mean", { kind: "mean", low: 20, high: 30 }), "passed");
let backend: TableBackend;

async function open(answer: QualityView): Promise<void> {
  location.hash = "#/models/churn/quality";
  router.route = parse(location.hash);
  live.now = NOW;
  toasts.list = [];
  backend = new TableBackend({
    "GET /api/models/churn": DETAIL,
    "GET /api/models/churn/quality": answer,
    "GET /api/models/churn/quality/violations": [
      {
        id: "01-a",
        time: NOW - 5_000,
        version: 1,
        check: "age.range",
        action: "warn",
        value: "412",
        message: "`age` is 412, above 120",
      },
    ],
    "PUT /api/models/churn/quality/checks": ({ body }: Sent) => (body as { checks?: unknown[] }).checks ?? [],
    "POST /api/models/churn/quality/learn": {
      rows: 309,
      applied: false,
      unchanged: 40,
      changes: [{ id: "age.range", title: "age range", what: "changed", before: "0 to 120", after: "19 to 79" }],
    },
  });
  await connect(backend);
  render(ModelView, { name: "churn", tab: "quality" });
}

describe("quality", () => {
  beforeEach(() => open(qualityView([RANGE, MEAN])));

  it("opens what fails, keeps the rest to a line, and lists the rows", async () => {
    const row = await screen.findByTestId("check-age.range");
    expect(within(row).getByText("Failed")).toBeTruthy();
    expect(within(row).getByText("3.2%")).toBeTruthy();
    expect(screen.queryByTestId("check-bmi.mean")).toBeNull();
    await userEvent.click(screen.getByTestId("group-bmi"));
    expect(screen.getByTestId("check-bmi.mean")).toBeTruthy();
    expect(within(screen.getByTestId("violations")).getByText("age is 412, above 120")).toBeTruthy();
    expect(screen.getByTestId("tile-failed").textContent).toContain("1");
    await userEvent.type(screen.getByRole("searchbox"), "bmi");
    expect(screen.queryByTestId("group-age")).toBeNull();
  });

  it("edits limits in place, with a way back", async () => {
    await userEvent.click(await screen.findByRole("button", { name: "Edit age range" }));
    const high = screen.getByLabelText("at most");
    await userEvent.clear(high);
    await userEvent.type(high, "-5");
    expect(screen.getByRole("alert").textContent).toBe("“at least” is above “at most”");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
    await userEvent.clear(high);
    await userEvent.type(high, "99");
    await userEvent.selectOptions(screen.getByLabelText("a row that fails is"), "reject");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    const put = () => backend.sent.filter(({ method }) => method === "PUT");
    await waitFor(() => expect(put()).toHaveLength(1));
    expect(put()[0]?.body).toMatchObject({
      checks: [{ id: "age.range", action: "reject", expect: { kind: "range", low: 0, high: 99 } }],
    });
    await waitFor(() => expect(toasts.list.at(-1)?.undo).toBeDefined());
    await toasts.list.at(-1)?.undo?.();
    expect(put()[1]?.body).toMatchObject({ checks: [{ action: "warn", expect: { high: 120 } }] });
  });

  it("goes back to what it was when the server refuses", async () => {
    backend.routes["PUT /api/models/churn/quality/checks"] = () =>
      Response.json({ error: "check `age.range`: `low` must not be above `high`" }, { status: 400 });
    await userEvent.click(await screen.findByRole("button", { name: "Edit age range" }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(toasts.list.at(-1)?.text).toContain("age.range"));
    expect(screen.getByRole("button", { name: "Save" })).toBeTruthy();
  });

  it("takes a check of one's own once its limits are well, and takes it away again", async () => {
    await userEvent.click(await screen.findByTestId("add-check"));
    await userEvent.selectOptions(await screen.findByTestId("check-column"), "bmi");
    const kinds = within(screen.getByTestId("check-kind"));
    expect(kinds.queryByRole("option", { name: "pattern" })).toBeNull();
    await userEvent.selectOptions(screen.getByTestId("check-kind"), "mean");
    expect(screen.getByText("give at least one limit")).toBeTruthy();
    await userEvent.type(screen.getByLabelText("at most"), "31");
    await userEvent.click(screen.getByTestId("save-check"));
    const put = () => backend.sent.filter(({ method }) => method === "PUT");
    await waitFor(() => expect(put()).toHaveLength(1));
    expect(put()[0]?.body).toMatchObject({
      checks: [{ id: "bmi.mean-2", column: "bmi", expect: { kind: "mean", low: null, high: 31 }, action: "warn" }],
    });
    await waitFor(() => expect(screen.queryByTestId("quality-add")).toBeNull());
    await toasts.list.at(-1)?.undo?.();
    expect(put()[1]?.body).toEqual({ remove: ["bmi.mean-2"] });
  });

  it("shows what learning again would change before it does", async () => {
    await userEvent.click(await screen.findByTestId("learn"));
    expect((await screen.findByTestId("diff-age.range")).textContent).toContain("19 to 79");
    const asked = () => backend.sent.filter(({ path }) => path.endsWith("/learn"));
    expect(asked()[0]?.body).toMatchObject({ from: "reference", dry_run: true });
    await userEvent.click(screen.getByRole("button", { name: "Change 1 check" }));
    await waitFor(() => expect(asked().at(-1)?.body).toMatchObject({ dry_run: false, replace_edited: false }));
  });
});

describe("quality without a reference", () => {
  it("says that it is learning, and from how much", async () => {
    await open(qualityView([], { learnt: null, baseline_rows: 120, baseline_needed: 1_000 }));
    expect(await screen.findByText("120 of 1,000 predictions")).toBeTruthy();
    expect(screen.queryByTestId("checks")).toBeNull();
  });
});

describe("the quality panel", () => {
  it("names the failing checks, and says so when there are none", async () => {
    await open(qualityView([RANGE, MEAN]));
    const { unmount } = render(QualityPanel, { name: "churn", range: { last_s: 3_600 } });
    const panel = await screen.findByTestId("quality-panel");
    expect(await within(panel).findByText("age.range failed")).toBeTruthy();
    expect(within(panel).getByText("1 of 2 checks failed")).toBeTruthy();
    unmount();
    backend.routes["GET /api/models/churn/quality"] = qualityView([MEAN]);
    render(QualityPanel, { name: "churn", range: { last_s: 900 } });
    expect(await screen.findByText(/Every check passed on 2,000 rows/)).toBeTruthy();
  });
});
