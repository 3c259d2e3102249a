// The main job, end to end: drag a model in, watch it, retrain it. Steps build on each other.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { openHome, sample } from "../home.mjs";
import { steps } from "../steps.mjs";
import { rowsOf, send, tellTruth } from "../traffic.mjs";
import { until } from "../webdriver.mjs";

const MODEL = "breast-cancer";
const withoutTruth = ({ diagnosis: _, ...row }) => row;
/** A new scanner reports every length a fifth too long. */
const newScanner = (row) =>
  Object.fromEntries(Object.entries(row).map(([k, v]) => [k, /radius|perimeter|area/.test(k) ? v * 1.2 : v]));

let home;
let rows;
const step = steps();

before(async () => {
  home = await openHome();
  rows = await rowsOf(sample(MODEL, "holdout.csv"));
});
after(async () => {
  if (step.failed()) console.error(home?.said());
  await home?.close();
});

step("the empty dashboard offers a way in", async () => {
  assert.match(await home.page.title(), /Tidegate/);
  await home.page.see("fleet");
  await home.page.see("open-file");
  await home.page.see("load-sample");
  await home.pictures("empty");
});

step("a dropped model is looked at, deployed, and answers curl", async () => {
  await home.drop(await home.modelFile(MODEL));
  await home.page.see("import-sheet");
  await home.page.see("import-deploy");
  await home.pictures("import", { reload: false });
  await home.page.click("import-deploy");
  await home.page.see("tab-monitor");
  const { answers } = await home.curl(`/api/models/${MODEL}/predict`, { rows: [withoutTruth(rows[0])] });
  assert.equal(answers[0].label, rows[0].diagnosis);
});

step("the monitor draws what happens while it happens", async () => {
  const sent = await send(home, MODEL, rows, "diagnosis", { count: 1_500 });
  await tellTruth(home, sent);
  await home.page.show("#/");
  await home.page.click(`model-card-${MODEL}`);
  await home.page.click("tab-monitor");
  for (const chart of ["latency", "throughput", "accuracy", "drift"]) await home.page.see(`chart-${chart}`);
  const drawn = () => home.page.run(`return document.querySelector("[data-testid=chart-throughput] svg").outerHTML`);
  const first = await until("throughput is drawn", drawn);
  await send(home, MODEL, rows, "diagnosis", { count: 200 });
  await until("the new requests are on the chart", async () => (await drawn()) !== first);
  await home.pictures("monitor");
  await home.page.show("#/");
  await home.page.see(`model-card-${MODEL}`);
  await home.pictures("fleet");
  await home.page.show(`#/models/${MODEL}/monitor`);
});

step("each part of Monitor tells where its numbers come from", async () => {
  const { page } = home;
  const shown = (selector) => page.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector);
  const scrollTo = (testid) => page.run("document.querySelector(`[data-testid=${arguments[0]}]`).scrollIntoView()", testid);
  await page.see("tile-quality");
  await page.click("source-quality");
  await until("the source is told", async () => /with a label/.test(await shown(".source-popover")));
  await page.press("[data-testid=source-quality]", "Escape");

  // A chart's numbers as a table, by keyboard.
  await page.press("[data-testid=chart-latency] [role=slider]", "t");
  await page.see("chart-table");
  assert.match(await page.text("chart-table"), /p99/);
  await page.press("[data-testid=chart-table]", "Escape");

  // What is far down is drawn when it comes into view.
  const machine = () => page.run("return Boolean(document.querySelector('[data-testid=chart-cpu] .picture svg'))");
  assert.equal(await machine(), false, "charts out of sight are not drawn");
  await scrollTo("section-machine");
  await until("the machine's charts are drawn", machine);

  await scrollTo("section-inputs");
  await page.see("drift-list");
  await page.run("document.querySelector('[data-testid=drift-list] [aria-expanded]').click()");
  await until("the drift is told in full", async () => /Part of the drift/.test(await shown("[data-testid=drift-list]")));
  await page.click("segment-evidently");
  // A model that came as a file alone has no rows to compare with, and is told so.
  await until("what is missing is said", async () => /reference/.test(await shown("[data-testid=section-inputs] [role=alert]")));
  await home.pictures("inputs", { reload: false });
  await page.click("segment-live");
  await scrollTo("section-quality");
  await page.see("quality-panel");
});

step("how good the answers were is told with its uncertainty, and where they are worst", async () => {
  const { page } = home;
  await page.click("tab-evaluate");
  await page.see("metrics");
  await until("accuracy has its interval", async () => /Accuracy.*%.* to .*%/s.test(await page.text("metrics")));
  for (const chart of ["confusion", "calibration", "roc", "precision-recall"]) await page.see(`chart-${chart}`);
  await page.click("search-slices");
  await until("the search says what it did", async () => /slices searched/.test(await page.text("worst-slices")));
  await home.pictures("evaluate", { reload: false });
  await page.show(`#/models/${MODEL}/monitor`);
});

step("retraining on what turned out to be true ends with a challenger to promote", async () => {
  const sent = await send(home, MODEL, rows, "diagnosis", { count: 1_500, change: newScanner });
  await tellTruth(home, sent);
  await home.page.click("tab-retrain");
  await home.page.click("retrain-start");
  const shown = () => home.page.run(`return document.querySelector("[data-testid=run-state]")?.dataset.state`);
  const over = ["held", "promoted", "failed", "cancelled", "interrupted"];
  const state = await until("the run is over", async () => {
    const now = await shown();
    return over.includes(now) && now;
  }, 120_000);
  assert.equal(state, "held", await home.page.text("run-state"));
  await home.pictures("retrain");
  await home.page.click("run-promote");
  await home.page.see("promote-reason");
  await home.page.type("[data-testid=promote-reason]", "right on the new scanner's rows");
  await home.page.click("promote-confirm");
  await until("version 2 is champion", async () => (await home.api("GET", `/api/models/${MODEL}`)).versions
    .some((version) => version.number === 2 && version.champion));
  assert.equal((await home.curl(`/api/models/${MODEL}/predict`, { rows: [withoutTruth(rows[0])] })).version, 2);
});

step("two versions stand in the same charts", async () => {
  await home.page.show(`#/models/${MODEL}/monitor?version=2&compare=1`);
  const legend = () => home.page.run("return document.querySelector('[data-testid=chart-latency]').closest('figure').textContent");
  await until("both are in the legend", async () => /v2 p50.*v1 p50/.test(await legend()));
});

step("one click rolls back", async () => {
  await home.page.click("tab-versions");
  await home.page.click("rollback");
  await until("version 1 is champion again", async () => (await home.api("GET", `/api/models/${MODEL}`)).versions
    .some((version) => version.number === 1 && version.champion));
  await home.pictures("versions");
});
