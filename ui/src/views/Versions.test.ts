import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import type { ModelDetail } from "../backend/types";
import { toasts } from "../state/toasts.svelte";
import { TableBackend } from "../test/backend";
import { DETAIL, STATUS } from "../test/fixtures";
import ModelView from "./ModelView.svelte";

let backend: TableBackend;

/** The model with another champion. */
function led(champion: number, previous: number): ModelDetail {
  return {
    ...DETAIL,
    versions: DETAIL.versions.map((version) => ({
      ...version,
      champion: version.number === champion,
      previous: version.number === previous,
      challenger: false,
    })),
  };
}

beforeEach(async () => {
  location.hash = "#/models/churn/versions";
  toasts.list = [];
  backend = new TableBackend({
    "GET /api/status": STATUS,
    "GET /api/models": [],
    "GET /api/models/churn": DETAIL,
    "GET /api/models/churn/audit": [],
    "GET /api/models/churn/runs": [],
    "POST /api/models/churn/promote": led(4, 3),
    "POST /api/models/churn/rollback": led(3, 4),
    "DELETE /api/models/churn": null,
    "POST /api/models/churn/restore": DETAIL,
  });
  await connect(backend);
  render(ModelView, { name: "churn", tab: "versions" });
  await screen.findByTestId("version-4");
});

describe("versions", () => {
  it("are promoted with a reason and rolled back with one click", async () => {
    await userEvent.click(screen.getByTestId("promote-4"));
    await userEvent.type(screen.getByTestId("promote-reason"), "better on new rows");
    await userEvent.click(screen.getByTestId("promote-confirm"));
    await waitFor(() => expect(screen.getByTestId("champion").textContent).toBe("champion v4"));
    expect(backend.sent.find((one) => one.path.endsWith("/promote"))?.body).toEqual({
      version: 4,
      reason: "better on new rows",
    });
    expect(screen.getByTestId("rollback").textContent).toContain("Roll back to v3");
    // The page under a dialog takes clicks again a moment after it closed.
    await waitFor(() => expect(document.body.style.pointerEvents).not.toBe("none"));
    await userEvent.click(screen.getByTestId("rollback"));
    await waitFor(() => expect(screen.getByTestId("champion").textContent).toBe("champion v3"));
  });

  it("keep the dialog open, with what was typed, when promoting fails", async () => {
    backend.routes["POST /api/models/churn/promote"] = () =>
      Response.json({ error: "the worker did not start", code: "unavailable" }, { status: 503 });
    await userEvent.click(screen.getByTestId("promote-4"));
    await userEvent.type(screen.getByTestId("promote-reason"), "why not");
    await userEvent.click(screen.getByTestId("promote-confirm"));
    await waitFor(() => expect(toasts.list.at(-1)?.text).toBe("the worker did not start"));
    expect(screen.getByTestId<HTMLTextAreaElement>("promote-reason").value).toBe("why not");
  });

  it("go to the bin with their model, from which undo brings them back", async () => {
    await userEvent.click(screen.getByTestId("delete-model"));
    await waitFor(() => expect(location.hash).toBe("#/"));
    const toast = toasts.list.at(-1);
    expect(toast?.text).toContain("churn is in the bin");
    await toast?.undo?.();
    expect(location.hash).toBe("#/models/churn/versions");
    expect(backend.sent.some((one) => one.path.endsWith("/restore"))).toBe(true);
  });
});
