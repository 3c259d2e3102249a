// The two homes of the dashboard, with one set of verbs: a browser before `tidegate serve`, and the real window.
// Which one is told by TIDEGATE_HOME. Each opens on an empty data folder of its own and leaves nothing behind.
import { execFile, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { Page, until } from "./webdriver.mjs";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const built = resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "debug");
export const programs = { server: join(built, "tidegate"), desktop: join(built, "tidegate-desktop") };
const shots = join(import.meta.dirname, "shots");

export const isWindow = process.env.TIDEGATE_HOME === "window";
export const sample = (name, file) => join(root, "models", name, file);

export async function openHome() {
  const scratch = await mkdtemp(join(tmpdir(), "tidegate-e2e-"));
  const home = isWindow ? new RealWindow(scratch) : new Browser(scratch);
  try {
    await home.open();
    return home;
  } catch (error) {
    const said = home.said();
    await home.close();
    throw new Error(`${error.message}\n${said}`, { cause: error });
  }
}

class Home {
  /** What must be ended, the newest first. */
  #processes = [];

  constructor(scratch) {
    this.scratch = scratch;
    this.data = join(scratch, "data");
  }

  /** Starts a program that ends with this home. */
  start(program, args, env) {
    const child = start(program, args, env);
    this.#processes.unshift(child);
    return child;
  }

  /** Calls the API as any program on this machine would. */
  async api(method, path, body) {
    const response = await fetch(this.address + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** The same with the program `curl`, whose output is parsed as JSON. */
  async curl(path, body) {
    const args = ["-sS", "--fail-with-body", "-H", "content-type: application/json", "-d", JSON.stringify(body)];
    return JSON.parse((await run("curl", [...args, this.address + path])).stdout);
  }

  /** Pictures of what is on screen, in both themes and two sizes, under shots/. Charts take a new theme from the
   * page, which learns of it when it is loaded; something half done would not survive that. */
  async pictures(name, { reload = true } = {}) {
    await mkdir(shots, { recursive: true });
    for (const theme of ["light", "dark"]) {
      await this.page.run("document.documentElement.dataset.theme = arguments[0]", theme);
      if (reload) await this.page.run("localStorage.setItem('tidegate.theme', arguments[0]); location.reload()", theme);
      for (const [width, height] of [[1920, 1080], [1280, 800]]) {
        await this.size(width, height);
        await sleep(2_500); // charts are drawn anew for the size, at the next ticks
        const file = `${name}-${isWindow ? "window" : "browser"}-${theme}-${width}.png`;
        await writeFile(join(shots, file), await this.page.screenshot());
      }
    }
  }

  /** A sample's model as a file of its own name, as a user would have it. */
  async modelFile(name) {
    const file = join(this.scratch, `${name}.onnx`);
    await copyFile(sample(name, "model.onnx"), file);
    return file;
  }

  async close() {
    await this.page?.close().catch(() => {});
    for (const child of this.#processes) await ended(child);
    await rm(this.scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What the programs said, for the log of a failed test. */
  said = () => this.#processes.map((child) => `--- ${child.spawnargs[0]}\n${child.said}`).join("\n");
}

/** Starts a program on its own; its output is kept for when a test fails. */
export function start(program, args, env = {}) {
  const child = spawn(program, args.map(String), { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  child.said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (child.said += text));
  child.on("error", (error) => (child.said += error.message));
  return child;
}

/** Ends a program politely, then by force. */
export async function ended(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    if (await Promise.race([exit.then(() => false), sleep(10_000, true, { ref: false })])) child.kill("SIGKILL");
  }
  // What it started may outlive it for a while with the other end of these; the tests need not wait for that.
  child.stdout.destroy();
  child.stderr.destroy();
}

/** A port that was free a moment ago, for drivers, which can't choose one and tell it. */
async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

class Browser extends Home {
  async open() {
    const server = this.start(programs.server, ["serve", "--data", this.data, "--http", "127.0.0.1:0"]);
    [, this.address] = await until("the server listens", () => server.said.match(/^listening on (http:\/\/\S+)$/m));
    const port = await freePort();
    this.start(process.env.CHROMEDRIVER ?? "chromedriver", [`--port=${port}`]);
    const args = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"];
    this.page = await Page.open(`http://127.0.0.1:${port}`, {
      browserName: "chrome",
      "goog:chromeOptions": { binary: process.env.CHROME, args: [...args, `--user-data-dir=${this.scratch}/profile`] },
    });
    await this.size(1440, 900);
    await this.page.goto(this.address);
  }

  /** The browser's own bars are no part of the page. */
  async size(width, height) {
    await this.page.resize(width, height);
    const [w, h] = await this.page.run("return [innerWidth, innerHeight]");
    await this.page.resize(2 * width - w, 2 * height - h);
  }

  /** Chromium gets files into a page through an input only: hand them on as a drop, as from a file manager. */
  async drop(...files) {
    await this.page.run(`
      const input = document.createElement("input");
      Object.assign(input, { type: "file", multiple: true, id: "e2e-drop" });
      input.onchange = () => {
        const dataTransfer = new DataTransfer();
        for (const file of input.files) dataTransfer.items.add(file);
        for (const kind of ["dragenter", "dragover", "drop"])
          document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        input.remove();
      };
      document.body.append(input);`);
    await this.page.type("#e2e-drop", files.join("\n"));
  }
}

/** An app that knows nothing of the user who runs the tests. */
export const appEnvironment = (scratch) => ({
  TIDEGATE_DATA: join(scratch, "data"),
  HOME: scratch,
  XDG_DATA_HOME: join(scratch, "share"),
  XDG_CONFIG_HOME: join(scratch, "config"),
  XDG_CACHE_HOME: join(scratch, "cache"),
});

export const xdotool = async (...words) => (await run("xdotool", words.map(String))).stdout.trim();

/** Where the newest window with such a title is on the screen; nothing when there is none. */
export async function screenWindow(title) {
  const found = await xdotool("search", "--onlyvisible", "--name", title).catch(() => "");
  if (!found) return undefined;
  const id = found.split("\n").at(-1);
  const told = await xdotool("getwindowgeometry", "--shell", id);
  const [x, y, width, height] = ["X", "Y", "WIDTH", "HEIGHT"].map((key) => Number(told.match(`${key}=(\\d+)`)[1]));
  return { id, x, y, width, height };
}

class RealWindow extends Home {
  async open() {
    const port = await freePort();
    // The app is started by the driver and inherits its environment.
    const environment = { TAURI_WEBVIEW_AUTOMATION: "true", ...appEnvironment(this.scratch) };
    this.start("WebKitWebDriver", [`--port=${port}`], environment);
    this.page = await Page.open(`http://127.0.0.1:${port}`, {
      "webkitgtk:browserOptions": { binary: programs.desktop, args: [] },
    });
    await this.size(1440, 900);
    this.address = await until("the app listens for other programs", () => this.#address());
  }

  size = (width, height) => this.page.resize(width, height);

  /** Asks through the window's own bridge, as the page does. */
  async #address() {
    const told = await this.page.runAsync(`
      const done = arguments[arguments.length - 1];
      const headers = { "tidegate-method": "GET", "tidegate-path": "/api/status" };
      window.__TAURI_INTERNALS__.invoke("request", new Uint8Array(), { headers }).then((framed) => {
        const head = new DataView(framed).getUint32(0, true);
        done(new TextDecoder().decode(framed.slice(4 + head)));
      }, (error) => done(JSON.stringify({ error: String(error) })));`);
    return JSON.parse(told).http;
  }

  /** A real drag: a window that offers the files, the pointer, the X server. */
  async drop(...files) {
    const source = this.start("/usr/bin/python3", [join(import.meta.dirname, "drag_file.py"), 1780, 1040, ...files]);
    const place = await until("the drag source is on screen", () => screenWindow("^drag source$"));
    await sleep(500);
    const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
    await xdotool("mousemove", x, y, "mousedown", 1);
    for (let step = 1; step <= 8; step += 1) {
      await xdotool("mousemove", Math.round(x + ((900 - x) * step) / 8), Math.round(y + ((600 - y) * step) / 8));
      await sleep(150);
    }
    await xdotool("mouseup", 1);
    await sleep(300);
    await ended(source);
  }
}
