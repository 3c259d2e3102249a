// What only the real window does: one instance, its place kept, its data folder its own, ports, several files.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { appEnvironment, ended, openHome, programs, screenWindow, start, xdotool } from "../home.mjs";
import { until } from "../webdriver.mjs";

const scratch = await mkdtemp(join(tmpdir(), "tidegate-e2e-"));
const environment = appEnvironment(scratch);
const started = [];
// Whatever a failed test left running would fail the next one too.
afterEach(async () => {
  for (const child of started.splice(0)) await ended(child);
});
after(async () => {
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
});

function startApp() {
  const app = start(programs.desktop, [], environment);
  started.push(app);
  return app;
}
const theWindow = () => until("the window is on screen", () => screenWindow("Tidegate$"));
const exitOf = (child) => (child.exitCode === null ? once(child, "exit").then(([code]) => code) : child.exitCode);

/** Presses a key in a window until its program ends: on a busy machine a key can come before the focus does. */
const endByKey = (child, id, key) =>
  until(`${key} ends the program`, async () => {
    if (child.exitCode !== null) return true;
    await xdotool("windowactivate", id, "key", key);
    await Promise.race([exitOf(child), sleep(1_000)]);
    return child.exitCode !== null;
  });

test("a second start ends and leaves the first; the window comes back where it was", async () => {
  const first = startApp();
  const { id } = await theWindow();
  const second = startApp();
  assert.equal(await exitOf(second), 0, second.said);
  assert.equal(first.exitCode, null, first.said);

  await xdotool("windowsize", "--sync", id, 1000, 700);
  await endByKey(first, id, "alt+F4");
  assert.equal(await exitOf(first), 0, first.said);

  const third = startApp();
  await until("the window has its size again", async () => {
    const { width, height } = await theWindow();
    return width === 1000 && height === 700;
  });
  third.kill("SIGTERM");
  assert.equal(await exitOf(third), 0, third.said);
});

test("a data folder that another program owns is said in words", async () => {
  const owner = start(programs.server, ["serve", "--data", environment.TIDEGATE_DATA, "--http", "127.0.0.1:0"]);
  started.push(owner);
  await until("the server listens", () => owner.said.includes("listening on http://"));
  const app = startApp();
  const { id } = await until("the dialog is on screen", () => screenWindow("can't start"));
  await endByKey(app, id, "Return");
  assert.equal(await exitOf(app), 1, app.said);
  assert.match(app.said, /data folder/);
  await ended(owner);
});

test("a busy port is no obstacle, and several files can be dropped at once", async () => {
  const occupant = createServer().listen(8000, "127.0.0.1");
  // Where another program of this machine has the port already, it is just as busy.
  await new Promise((done) => occupant.once("listening", done).once("error", done));
  const home = await openHome();
  try {
    assert.notEqual(new URL(home.address).port, "8000");
    await home.page.see("fleet");
    await home.drop(await home.modelFile("diabetes"), await home.modelFile("digits-cnn"));
    for (const name of ["diabetes", "digits-cnn"]) {
      await until(`the sheet shows ${name}`, async () =>
        (await home.page.run(`return document.querySelector("[data-testid=import-name]")?.value`)) === name);
      await home.page.click("import-deploy");
    }
    const names = async () => (await home.api("GET", "/api/models")).map((model) => model.name).sort();
    await until("both are deployed", async () => (await names()).join() === "diabetes,digits-cnn");
  } catch (error) {
    console.error(home.said());
    throw error;
  } finally {
    await home.close();
    occupant.close();
  }
});
