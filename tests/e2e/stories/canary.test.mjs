// A version takes over by canary from the page: a share of the requests, both versions side by side, and champion; and
// one that answers otherwise steps back by itself. Steps build on each other.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { openHome, sample } from "../home.mjs";
import { steps } from "../steps.mjs";
import { rowsOf, send } from "../traffic.mjs";
import { until } from "../webdriver.mjs";

const MODEL = "breast-cancer";
const SETTINGS = {
  shares: [0.3, 1],
  step_s: 3,
  min_requests: 20,
  tolerance: { latency_ms: 10_000, psi: 1 },
};

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

const newest = async () =>
  (await home.api("GET", `/api/models/${MODEL}/canaries`))[0];
const traffic = () => send(home, MODEL, rows, "diagnosis", { count: 100 });

step("its settings are kept", async () => {
  const { page } = home;
  await home.api("POST", `/api/samples/${MODEL}`);
  await home.api("POST", `/api/models/${MODEL}/runs`, {});
  await page.show(`#/models/${MODEL}/retrain`);
  await page.see("canary-form");
  await page.run(`
    const field = document.querySelector("[data-testid=canary-shares]");
    field.value = "30, 100";
    field.dispatchEvent(new Event("change", { bubbles: true }));`);
  const settings = async () =>
    (await home.api("GET", `/api/models/${MODEL}`)).model.settings;
  await until(
    "the shares are saved",
    async () => (await settings()).canary.shares.join() === "0.3,1",
  );
  await home.api("PATCH", `/api/models/${MODEL}`, {
    settings: { ...(await settings()), canary: SETTINGS },
  });
});

step("the challenger of a run answers a share of the requests", async () => {
  const { page } = home;
  await until(
    "the run waits",
    async () =>
      (await home.api("GET", `/api/models/${MODEL}/runs`))[0].state === "held",
    60_000,
  );
  await page.click("run-canary");
  await page.type("[data-testid=promote-reason]", "as a canary");
  await page.click("promote-confirm");
  await page.see("canary");
  await until(
    "both answer",
    async () => {
      await traffic();
      const [first] = (await newest()).steps;
      return first.challenger_requests > 0 && first.champion_requests > 0;
    },
    60_000,
  );
  await until("the page says so", async () =>
    /step \d of 2/.test(await page.text("canary-waits")),
  );
  await home.pictures("canary", { reload: false });
});

step("and becomes champion when its steps have passed", async () => {
  const { page } = home;
  const over = await until(
    "the canary is over",
    async () => {
      await traffic();
      const canary = await newest();
      return canary.state !== "running" && canary;
    },
    60_000,
  );
  assert.equal(over.state, "promoted", over.reason);
  await until("the page says so", async () =>
    /champion v2/.test(await page.text("champion")),
  );
  const [run] = await home.api("GET", `/api/models/${MODEL}/runs`);
  assert.equal(run.state, "promoted");
});

step("one that is aborted leaves the champion where it was", async () => {
  const { page } = home;
  await page.show(`#/models/${MODEL}/versions`);
  await page.click("canary-1");
  await page.click("promote-confirm");
  await page.click("canary-abort");
  await page.type("[data-testid=promote-reason]", "seen enough");
  await page.click("promote-confirm");
  await until(
    "it is over",
    async () => (await newest()).reason === "seen enough",
  );
  await until("the page says so", async () =>
    /champion v2/.test(await page.text("champion")),
  );
});
