// Being told: a way out of the machine, a rule tried on the past, an alert that fires, is sent and is put off.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { openHome, sample } from "../home.mjs";
import { receiver } from "../receiver.mjs";
import { steps } from "../steps.mjs";
import { rowsOf, send } from "../traffic.mjs";
import { KEYS, until } from "../webdriver.mjs";

const MODEL = "breast-cancer";
/** No answer is faster, so that any traffic is beyond it. */
const LIMIT_MS = "0.001";

let home;
let page;
let hook;
let rows;
const step = steps();

before(async () => {
  [hook, rows, home] = await Promise.all([receiver(), rowsOf(sample(MODEL, "holdout.csv")), openHome()]);
  page = home.page;
});
after(async () => {
  if (step.failed()) console.error(home?.said());
  await home?.close();
  await hook?.close();
});

const says = (what, testid, words) => until(what, async () => words.test(await page.text(testid)));
const openAlert = () =>
  until("the alert has fired", async () =>
    (await home.api("GET", "/api/alerts?open=true")).find((alert) => alert.signal === "latency_p99"),
  );

step("a model is deployed and asked", async () => {
  await home.drop(await home.modelFile(MODEL));
  await page.click("import-deploy");
  await page.see("tab-monitor");
  await send(home, MODEL, rows, "diagnosis", { count: 600 });
});

step("a webhook is tested before it is kept, and Enter keeps it", async () => {
  await page.show("#/settings");
  await page.click("add-channel");
  // One begins at the first field.
  await until("the name has the focus", async () => (await page.focus()).at === "channel-name");
  await page.keys("On call");
  await page.type("[data-testid=channel-url]", hook.url);
  await page.retype("channel-group", "0");
  await page.click("channel-test");
  await says("the test was taken", "channel-result", /taken in \d+ ms/);
  assert.equal(hook.got[0].alerts[0].status, "test");
  await home.pictures("channel", { reload: false });
  await page.type("[data-testid=channel-url]", KEYS.Enter);
  await page.gone("channel-editor");
  await says("the channel is listed", "channels", /On call/);
});

step("a rule is tried on the past while it is made", async () => {
  await page.show(`#/models/${MODEL}/settings`);
  await page.click("add-rule");
  await page.choose("rule-signal", "latency_p99");
  await page.retype("rule-threshold", LIMIT_MS);
  await page.choose("rule-window", "300");
  await page.retype("rule-hold", "1");
  await page.retype("rule-name", "slow answers");
  await page.click("segment-86400");
  await says("the past is told", "backtest", /would (not )?have fired|too little history/i);
  await until("the past is drawn", () => page.run("return Boolean(document.querySelector('[data-testid=chart-backtest] svg'))"));
  await home.pictures("rule", { reload: false });
  await page.click("save-rule");
  await page.gone("rule-editor");
  await says("the rule is listed", "rules", /slow answers/);
});

step("the rule fires, and the webhook is told", async () => {
  await send(home, MODEL, rows, "diagnosis", { count: 300 });
  const alert = await openAlert();
  const told = await until("the message arrives", () =>
    hook.got.flatMap((message) => message.alerts).find((one) => one.status === "firing" && one.id === alert.id),
  );
  assert.equal(told.model, MODEL);
  await page.show("#/alerts");
  await page.see(`alert-${alert.id}`);
  assert.match(await page.text(`source-${alert.id}`), /requests, .* to /);
  await page.click(`explain-${alert.id}`);
  await says("the numbers behind it", `why-${alert.id}`, /slow answers/);
  await home.pictures("alerts", { reload: false });
  await page.click("segment-sent");
  await says("the delivery is in the log", "deliveries", /sent\s*On call/);
});

step("an alert is put off", async () => {
  const alert = await openAlert();
  await page.click("segment-open");
  await page.click(`snooze-alert-${alert.id}`);
  await page.click("snooze-60");
  await says("it says until when", `alert-${alert.id}`, /snoozed until/);
  assert.ok((await openAlert()).snoozed_until > Date.now());
});

step("all of it can be done with the keyboard alone", async () => {
  const at = async (testid) => (await page.focus()).at === testid;
  const opens = async (button, sheet, first) => {
    await page.focusOn(button);
    await page.keys(KEYS.Enter);
    await until(`${sheet} begins at its first field`, () => at(first));
    await page.keys(KEYS.Tab);
    assert.equal((await page.focus()).seen, true, `what has the focus in ${sheet} is to be seen`);
    await page.keys(KEYS.Escape);
    await page.gone(sheet);
    await until(`the focus is back where ${sheet} was opened`, () => at(button));
  };
  await page.show("#/settings");
  await opens("add-channel", "channel-editor", "channel-name");
  await page.show(`#/models/${MODEL}/settings`);
  await opens("add-rule", "rule-editor", "rule-signal");

  await page.show(`#/models/${MODEL}/monitor`);
  await until("latency is drawn", () => page.run("return Boolean(document.querySelector('[data-testid=chart-latency] [role=slider]'))"));
  await page.press("[data-testid=chart-latency] [role=slider]", "n");
  await until("the note is to be written", () => at("note-text"));
  await page.keys(`a new scanner${KEYS.Enter}`);
  await page.gone("note-dialog");
  const notes = await home.api("GET", `/api/models/${MODEL}/annotations`);
  assert.deepEqual(notes.map((note) => note.text), ["a new scanner"]);
});
