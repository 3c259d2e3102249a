import { beforeEach, expect, it } from "vitest";
import { connect } from "../backend";
import type { ModelDetail, ModelPatch } from "../backend/types";
import { TableBackend, type Sent } from "../test/backend";
import { DETAIL } from "../test/fixtures";
import { OpenModel } from "./model.svelte";

const PATH = "/api/models/churn";
let model: OpenModel;
/** Answers that wait to be sent, oldest first, by method. */
let waiting: Record<string, ((detail: ModelDetail) => void)[]>;

const later = (sent: Sent) => new Promise<ModelDetail>((answer) => (waiting[sent.method] ??= []).push(answer));
const carded = (card: string): ModelDetail => ({ ...DETAIL, model: { ...DETAIL.model, card } });
/** Sends the oldest answer that waits, and lets it arrive. */
async function answer(method: string, card: string): Promise<void> {
  await settled();
  waiting[method]?.shift()?.(carded(card));
  await settled();
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 10));
const patch = (card: string): Promise<boolean> => model.patch({ card } as ModelPatch, "Card saved");

beforeEach(async () => {
  waiting = {};
  connect(new TableBackend({ [`GET ${PATH}`]: later, [`PATCH ${PATH}`]: later }));
  model = new OpenModel("churn");
  const loaded = model.refresh();
  await answer("GET", "first");
  await loaded;
});

it("keeps a change when an answer comes that was asked for before it", async () => {
  void model.refresh();
  void patch("second");
  await answer("PATCH", "second");
  await answer("GET", "first");
  expect(model.detail?.model.card).toBe("second");
  void model.refresh();
  await answer("GET", "third");
  expect(model.detail?.model.card).toBe("third");
});

it("keeps a change when an answer comes that was asked for while it was on its way", async () => {
  void patch("second");
  void model.refresh();
  await answer("PATCH", "second");
  await answer("GET", "first");
  expect(model.detail?.model.card).toBe("second");
});

it("shows the later of two changes while the earlier is answered", async () => {
  void patch("second");
  void patch("third");
  await answer("PATCH", "second");
  expect(model.detail?.model.card).toBe("third");
  await answer("PATCH", "third");
  expect(model.detail?.model.card).toBe("third");
});
