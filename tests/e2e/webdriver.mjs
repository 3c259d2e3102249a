// A browser or the real window, driven over the WebDriver protocol. Knows nothing of Tidegate's screens.
import { setTimeout as sleep } from "node:timers/promises";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** How long anything on a page may take to appear. */
const PATIENCE_MS = 20_000;

async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = await response.json();
  if (!response.ok)
    throw new Error(
      `${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`,
    );
  return value;
}

/** Tries until `attempt` neither throws nor answers false or nothing; then answers what it did. */
export async function until(what, attempt, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try {
      const answer = await attempt();
      if (answer !== undefined && answer !== null && answer !== false)
        return answer;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(
    `${what}: not within ${patience / 1000} s${last ? ` (${last.message})` : ""}`,
    { cause: last },
  );
}

export const KEYS = { Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004" };

const css = (testid) => `[data-testid=${JSON.stringify(testid)}]`;

export class Page {
  #session;

  constructor(session) {
    this.#session = session;
  }

  /** Opens a session at the driver that listens on `driver`. */
  static async open(driver, capabilities) {
    await until(
      "the driver answers",
      async () => (await call("GET", `${driver}/status`)).ready,
    );
    const { sessionId } = await call("POST", `${driver}/session`, {
      capabilities: { alwaysMatch: capabilities },
    });
    return new Page(`${driver}/session/${sessionId}`);
  }

  goto = (url) => call("POST", `${this.#session}/url`, { url });
  /** Goes to a screen by its address within the page. */
  show = (hash) => this.run("location.hash = arguments[0]", hash);
  title = () => call("GET", `${this.#session}/title`);
  close = () => call("DELETE", this.#session);
  resize = (width, height) =>
    call("POST", `${this.#session}/window/rect`, { width, height });
  run = (script, ...args) =>
    call("POST", `${this.#session}/execute/sync`, { script, args });
  /** The script's last argument is the function that takes its answer. */
  runAsync = (script, ...args) =>
    call("POST", `${this.#session}/execute/async`, { script, args });
  screenshot = async () =>
    Buffer.from(await call("GET", `${this.#session}/screenshot`), "base64");

  async #element(selector) {
    const found = await call("POST", `${this.#session}/element`, {
      using: "css selector",
      value: selector,
    });
    return `${this.#session}/element/${found[ELEMENT]}`;
  }

  /** Waits for the element with this test id. */
  see = (testid, patience) =>
    until(
      `${testid} is on screen`,
      async () => call("GET", `${await this.#element(css(testid))}/displayed`),
      patience,
    );

  async click(testid) {
    await until(`${testid} can be clicked`, async () => {
      const element = await this.#element(css(testid));
      if (!(await call("GET", `${element}/enabled`))) return false;
      await call("POST", `${element}/click`, {});
      return true;
    });
  }

  /** What one reads there. Not the driver's own answer: WebKit's leaves out what is cut off with an ellipsis. */
  text = (testid) =>
    this.run(
      "return document.querySelector(arguments[0]).innerText.trim()",
      css(testid),
    );

  /** A key on an element found by CSS, once it is there, as if it had the focus. */
  press = (selector, key) =>
    until(`${selector} takes ${key}`, () =>
      this.run(
        `const element = document.querySelector(arguments[0]);
        if (!element) return false;
        element.focus();
        element.dispatchEvent(new KeyboardEvent("keydown", { key: arguments[1], bubbles: true, cancelable: true }));
        return true;`,
        selector,
        key,
      ),
    );

  /** Keys for whatever has the focus, as from a keyboard; names such as Enter are in `KEYS`. */
  async keys(text) {
    const found = await call("GET", `${this.#session}/element/active`);
    await call("POST", `${this.#session}/element/${found[ELEMENT]}/value`, {
      text,
    });
  }

  /** The test id of what has the focus, and whether one can see that it has it. */
  focus = () =>
    this.run(`
      const { dataset, tagName } = document.activeElement;
      const style = getComputedStyle(document.activeElement);
      return { at: dataset.testid ?? tagName, seen: style.outlineStyle !== "none" && style.outlineWidth !== "0px" };`);

  /** Gives the focus to an element, as Tab does when it gets there. */
  async focusOn(testid) {
    await this.see(testid);
    await this.run(
      "document.querySelector(arguments[0]).focus({ focusVisible: true })",
      css(testid),
    );
  }

  /** Chooses from a list by the value of an option. */
  async choose(testid, value) {
    await this.see(testid);
    await this.run(
      `const list = document.querySelector(arguments[0]);
      list.value = arguments[1];
      list.dispatchEvent(new Event("change", { bubbles: true }));`,
      css(testid),
      value,
    );
  }

  /** Puts other text into a field. */
  async retype(testid, text) {
    const field = await this.#element(css(testid));
    await call("POST", `${field}/clear`, {});
    await call("POST", `${field}/value`, { text });
  }

  /** Waits until the element is gone. */
  gone = (testid) =>
    until(`${testid} is gone`, () =>
      this.run("return !document.querySelector(arguments[0])", css(testid)),
    );

  /** Types into an input found by CSS; for a file input, the file's path. */
  async type(selector, text) {
    await call("POST", `${await this.#element(selector)}/value`, { text });
  }
}
