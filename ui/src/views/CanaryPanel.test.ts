import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import type { CanaryView } from "../backend/types";
import { live } from "../state/live.svelte";
import { TableBackend } from "../test/backend";
import { CANARY, DETAIL, NOW, STATUS } from "../test/fixtures";
import ModelView from "./ModelView.svelte";

let backend: TableBackend;

async function show(canaries: CanaryView[]): Promise<void> {
  backend.routes["GET /api/models/churn/canaries"] = canaries;
  render(ModelView, { name: "churn", tab: "versions" });
  await screen.findByTestId("version-4");
}

beforeEach(async () => {
  location.hash = "#/models/churn/versions";
  live.now = NOW + 60_000;
  backend = new TableBackend({
    "GET /api/status": STATUS,
    "GET /api/models": [],
    "GET /api/models/churn": DETAIL,
    "GET /api/models/churn/audit": [],
    "GET /api/models/churn/runs": [],
  });
  await connect(backend);
});

describe("a canary", () => {
  it("is started from a version, with the plan in words", async () => {
    backend.routes["POST /api/models/churn/canaries"] = CANARY;
    await show([]);
    expect(screen.queryByTestId("canary")).toBeNull();
    await userEvent.click(screen.getByTestId("canary-4"));
    expect(screen.getByTestId("reason-dialog").textContent).toContain("It answers 10, 50 and 100% of the requests");
    await userEvent.click(screen.getByTestId("promote-confirm"));
    await screen.findByTestId("canary");
    expect(backend.sent.find((one) => one.method === "POST")?.body).toEqual({ version: 4, reason: "" });
  });

  it("shows both versions side by side and what it waits for, and goes on or ends by hand", async () => {
    backend.routes["POST /api/canaries/5/advance"] = { ...CANARY, steps: [...CANARY.steps, ...CANARY.steps] };
    backend.routes["POST /api/canaries/5/abort"] = { ...CANARY, state: "aborted", waits: null, reason: "too slow" };
    await show([CANARY]);
    const panel = await screen.findByTestId("canary");
    expect(screen.getByTestId("canary-pill").textContent).toContain("canary v4: 10%, 9:00 left");
    const latency = panel.querySelector<HTMLElement>("[data-check=latency]")!;
    expect([...latency.querySelectorAll("td")].slice(1, 4).map((cell) => cell.textContent)).toEqual([
      "12.0 ms",
      "19.0 ms",
      "at most 18.0 ms",
    ]);
    expect(within(latency).getByText("worse")).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("promote-4").disabled).toBe(true);
    await userEvent.click(screen.getByTestId("canary-advance"));
    await waitFor(() => expect(screen.getByTestId("canary-waits").textContent).toContain("step 2 of 3"));
    await userEvent.click(screen.getByTestId("canary-abort"));
    await userEvent.type(screen.getByTestId("promote-reason"), "too slow");
    await userEvent.click(screen.getByTestId("promote-confirm"));
    await waitFor(() => expect(screen.queryByTestId("canary")).toBeNull());
    expect(backend.sent.find((one) => one.path.endsWith("/abort"))?.body).toEqual({ reason: "too slow" });
  });

  it("that is watched says that the version before may answer again by itself", async () => {
    const watch = { ...CANARY.steps[0]!, share: 1 };
    await show([{ ...CANARY, state: "watching", watch }]);
    const told = (await screen.findByTestId("canary-waits")).textContent;
    expect(told).toMatch(/v3 answers\s+again by itself/);
    expect(screen.queryByTestId("canary-abort")).toBeNull();
    expect(screen.getByTestId<HTMLButtonElement>("promote-2").disabled).toBe(false);
  });
});
