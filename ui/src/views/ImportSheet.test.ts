import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import type { Staged } from "../backend/types";
import { imports } from "../state/imports.svelte";
import { TableBackend } from "../test/backend";
import { STAGED, STATUS } from "../test/fixtures";
import ImportSheet from "./ImportSheet.svelte";

const DEPLOYED = { model: "churn", version: 1, created_model: true, champion: true };
let backend: TableBackend;

function show(...staged: (Staged | Error)[]): void {
  imports.add(
    staged.map((one) => ({
      name: one instanceof Error ? "broken.onnx" : one.file_name,
      stage: () => (one instanceof Error ? Promise.reject(one) : Promise.resolve(one)),
      register: () => Promise.reject(new Error("no data")),
    })),
  );
  render(ImportSheet);
}

beforeEach(async () => {
  imports.queue = [];
  location.hash = "#/";
  backend = new TableBackend({
    "GET /api/status": STATUS,
    "GET /api/models": [],
    "POST /api/imports/t1/deploy": DEPLOYED,
    "DELETE /api/imports/t1": null,
  });
  await connect(backend);
});

describe("the import sheet", () => {
  it("shows everything that was found and deploys under the name given", async () => {
    show(STAGED);
    const sheet = await screen.findByTestId("import-sheet");
    await waitFor(() => expect(sheet.textContent).toContain("nothing suspicious"));
    for (const fact of [
      "f32 [?, 30]",
      "sequence of map i64 → f32",
      "no, yes",
      "ZipMap",
      "ai.onnx 21",
      "0.21 ms",
      "skl2onnx",
    ]) {
      expect(sheet.textContent).toContain(fact);
    }
    const name = screen.getByTestId<HTMLInputElement>("import-name");
    expect(name.value).toBe("churn");
    await userEvent.clear(name);
    await userEvent.type(name, "churn-eu");
    await userEvent.click(screen.getByTestId("import-deploy"));
    await waitFor(() => expect(location.hash).toBe("#/models/churn/monitor"));
    expect(backend.sent.find((sent) => sent.path.endsWith("/deploy"))?.body).toEqual({ name: "churn-eu" });
    expect(screen.queryByTestId("import-sheet")).toBeNull();
  });

  it("refuses names that would not work in an address, saying why", async () => {
    show(STAGED);
    const name = await screen.findByTestId("import-name");
    await userEvent.clear(name);
    expect(screen.getByText("a model needs a name")).toBeTruthy();
    await userEvent.type(name, "my model");
    expect(screen.getByText(/letters, digits, dot/)).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("import-deploy").disabled).toBe(true);
  });

  it("tells a refused file's reason and the fix, and offers no way to deploy it", async () => {
    show({
      ...STAGED,
      trial: undefined,
      refused: {
        message: "external data `../../../etc/passwd` lies outside the folder",
        hint: "put it beside the model",
      },
    });
    const refused = await screen.findByTestId("import-refused");
    expect(refused.textContent).toContain("../../../etc/passwd");
    expect(refused.textContent).toContain("put it beside the model");
    expect(screen.getByText("Not taken")).toBeTruthy();
    expect(screen.queryByTestId("import-deploy")).toBeNull();
  });

  it("names an opset once, and where a tree model keeps its numbers", async () => {
    const { inspection } = STAGED;
    show({
      ...STAGED,
      bytes: 60_840_111,
      inspection: {
        ...inspection,
        parameters: 0,
        initializer_bytes: 0,
        opsets: [...inspection.opsets, ...inspection.opsets],
        operators: [{ name: "TreeEnsembleClassifier", count: 1, domain: "ai.onnx.ml" }],
      },
    });
    const sheet = await screen.findByTestId("import-sheet");
    await waitFor(() => expect(sheet.textContent).toContain("in the attributes of the nodes"));
    expect(sheet.textContent?.split("ai.onnx 21")).toHaveLength(2);
    expect(sheet.textContent).toContain("60,840,111 bytes");
  });

  it("shows what a new version changes", async () => {
    show({ ...STAGED, existing: { next_version: 4, diff: ["input `age` is new"], same_as: null } });
    expect(await screen.findByText("Deploy as version 4")).toBeTruthy();
    expect(screen.getByText("input `age` is new")).toBeTruthy();
  });

  it("has nothing to deploy for the same bytes", async () => {
    show({ ...STAGED, existing: { next_version: 4, diff: [], same_as: 2 } });
    expect(await screen.findByText(/version 2 has the very same bytes/)).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("import-deploy").disabled).toBe(true);
  });

  it("takes several files one after the other, a broken one too", async () => {
    show(new Error("the connection broke off"), STAGED);
    expect((await screen.findByRole("alert")).textContent).toContain("the connection broke off");
    expect(screen.getByText("broken.onnx, 1 more waiting")).toBeTruthy();
    await userEvent.click(screen.getByText("Next"));
    expect(await screen.findByText("churn.onnx")).toBeTruthy();
    await userEvent.click(screen.getByText("Cancel"));
    await waitFor(() => expect(backend.sent.some((sent) => sent.method === "DELETE")).toBe(true));
    expect(imports.current).toBeUndefined();
  });

  it("keeps the sheet open with the server's words when deploying fails", async () => {
    backend.routes["POST /api/imports/t1/deploy"] = () =>
      Response.json({ error: "the disk is full", code: "unavailable", hint: "free 1 MB", id: "e9" }, { status: 503 });
    show(STAGED);
    await userEvent.click(await screen.findByText("Deploy"));
    expect((await screen.findByRole("alert")).textContent).toContain("the disk is full");
    expect(screen.getByTestId<HTMLButtonElement>("import-deploy").disabled).toBe(false);
  });
});
