import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { connect } from "../../backend";
import { TableBackend } from "../../test/backend";
import { NOW } from "../../test/fixtures";
import ExportMenu from "./ExportMenu.svelte";

it("saves a report of the range on screen under the model's name and day", async () => {
  const backend = new TableBackend({
    "GET /api/models/churn/report": () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
  });
  await connect(backend);
  URL.createObjectURL = vi.fn(() => "blob:report");
  URL.revokeObjectURL = vi.fn();
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  render(ExportMenu, { name: "churn", from: NOW - 3_600_000, to: NOW });
  await userEvent.click(screen.getByTestId("export"));
  await userEvent.click(await screen.findByText(/Report of this range/));
  await waitFor(() => expect(saved).toEqual(["churn-2026-11-22.html"]));
  expect(backend.sent[0]?.path).toBe(`/api/models/churn/report?from=${NOW - 3_600_000}&to=${NOW}&format=html`);
});
