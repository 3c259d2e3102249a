// A retraining that nobody starts: drift and labels do, the gates pass, the challenger is promoted, and the page says
// why. Steps build on each other.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { openHome, sample } from "../home.mjs";
import { steps } from "../steps.mjs";
import { rowsOf, send, tellTruth } from "../traffic.mjs";
import { until } from "../webdriver.mjs";

const MODEL = "breast-cancer";
/** A new scanner reports every length half too long. */
const newScanner = (row) =>
  Object.fromEntries(
    Object.entries(row).map(([k, v]) => [
      k,
      /radius|perimeter|area/.test(k) ? v * 1.5 : v,
    ]),
  );

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

const runs = () => home.api("GET", `/api/models/${MODEL}/runs`);

step(
  "triggers are set on the page, which says at once where they stand",
  async () => {
    const { page } = home;
    await home.api("POST", `/api/samples/${MODEL}`);
    // Judged on the last seconds, so that the story need not last for minutes.
    const { model } = await home.api("GET", `/api/models/${MODEL}`);
    const rule = {
      signal: "input_drift",
      direction: "above",
      threshold: 0.2,
      hold: 1,
      cool_down_s: 0,
      severity: "watch",
      enabled: true,
    };
    await home.api("PATCH", `/api/models/${MODEL}`, {
      settings: { ...model.settings, window_s: 10, min_rows: 100 },
      rules: [rule],
    });
    await page.show(`#/models/${MODEL}/retrain`);
    await page.see("triggers-form");
    const flip = (label) =>
      page.run(
        `const form = document.querySelector("[data-testid=triggers-form]");
       const found = [...form.querySelectorAll("label")].find((one) => one.textContent.includes(arguments[0]));
       document.getElementById(found.htmlFor).click();`,
        label,
      );
    await flip("While an alert");
    const triggers = async () =>
      (await home.api("GET", `/api/models/${MODEL}`)).model.settings.triggers;
    await until(
      "the condition is saved",
      async () => (await triggers()).on_drift,
    );
    await flip("Promote without asking");
    await until(
      "so is that it may promote",
      async () => (await triggers()).promote,
    );
    await until("it says that no alert is open", async () =>
      /No alert about the answers is open/.test(
        await page.text("triggers-now"),
      ),
    );
    await page.click("triggers-backtest");
    await until("the past is tried", async () =>
      /Would not have fired/.test(await page.text("triggers-past")),
    );
  },
);

step(
  "a schedule that is none is refused with its field and the fix",
  async () => {
    const { page } = home;
    await page.run(`
    const field = document.querySelector("[data-testid=trigger-zone]");
    field.value = "Berlin";
    field.dispatchEvent(new Event("change", { bubbles: true }));`);
    await until("the fix is told", async () =>
      /Europe\/Berlin/.test(await page.run("return document.body.textContent")),
    );
    await until(
      "the field is as it was",
      async () =>
        (await page.run(
          "return document.querySelector('[data-testid=trigger-zone]').value",
        )) === "UTC",
    );
  },
);

step(
  "drifted traffic with its truth starts a run, which is promoted without a hand",
  async () => {
    const { page } = home;
    const started = await until(
      "a run starts by itself",
      async () => {
        await tellTruth(
          home,
          await send(home, MODEL, rows, "diagnosis", {
            count: 200,
            change: newScanner,
          }),
        );
        return (await runs())[0];
      },
      120_000,
    );
    assert.equal(started.trigger.by, "conditions");
    const why = () => page.text("run-why");
    await until("the page says why", async () =>
      /drifted.*rows were labelled since/s.test(await why()),
    );
    const over = ["held", "promoted", "failed", "cancelled", "interrupted"];
    const run = await until(
      "the run is over",
      async () => {
        const [newest] = await runs();
        return over.includes(newest.state) && newest;
      },
      120_000,
    );
    assert.equal(
      run.state,
      "promoted",
      JSON.stringify(run.comparison ?? run.error),
    );
    await until(
      "the page says so",
      async () =>
        (await page.run(
          "return document.querySelector('[data-testid=run-state]').dataset.state",
        )) === "promoted",
    );
    const { versions } = await home.api("GET", `/api/models/${MODEL}`);
    assert.ok(
      versions.some((version) => version.number === 2 && version.champion),
    );
    await until("and that it cools down", async () =>
      /Cooling down for/.test(await page.text("triggers-now")),
    );
    const audit = JSON.stringify(
      await home.api("GET", `/api/models/${MODEL}/audit`),
    );
    assert.match(audit, /because .*drifted.*rows were labelled since/);
  },
);

step("another model's training is seen in line", async () => {
  await home.api("POST", "/api/samples/diabetes");
  const endless = { plan: { rounds: 1_000_000, learning_rate: 0.0001 } };
  const slow = await home.api("POST", "/api/models/diabetes/runs", endless);
  await until(
    "it has its turn",
    async () =>
      (await home.api("GET", `/api/runs/${slow.id}`)).state === "training",
  );
  const { page } = home;
  await page.show(`#/models/${MODEL}/retrain`);
  await home.api("POST", `/api/models/${MODEL}/runs`, {});
  await page.see("queue");
  await until("who waits is told", async () =>
    /1st in line/.test(await page.text("queue")),
  );
  await until("on the run itself, too", async () =>
    /1st in line/.test(await page.text("run-state")),
  );
  await home.pictures("triggers");
  await home.api("POST", `/api/runs/${slow.id}/cancel`);
});
