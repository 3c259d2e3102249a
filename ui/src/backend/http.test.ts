import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { calls, Client, curl } from "./client";
import { ApiError, copyable } from "./errors";
import { HttpBackend } from "./http";
import type { DropEvent } from "./backend";

const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
class Events {
  static readonly CLOSED = 2;
  static last?: Events;
  readyState = 0;
  onopen?: () => void;
  onerror?: () => void;
  onmessage?: (message: { data: string }) => void;
  closed = false;
  constructor(readonly url: string) {
    Events.last = this;
  }
  close(): void {
    this.closed = true;
  }
}

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("EventSource", Events);
});
afterEach(() => vi.unstubAllGlobals());

describe("requests over HTTP", () => {
  it("sends JSON and reads it", async () => {
    fetched.mockResolvedValue(Response.json({ model: "churn", version: 2 }));
    const api = new Client(new HttpBackend("http://server"));
    expect(await api.deploy("t/1", "churn")).toMatchObject({ version: 2 });
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toBe("http://server/api/imports/t%2F1/deploy");
    expect(init).toMatchObject({
      method: "POST",
      body: '{"name":"churn"}',
      headers: { "content-type": "application/json" },
    });
  });
  it("says that the server does not answer, not that a fetch failed", async () => {
    fetched.mockRejectedValue(new TypeError("Failed to fetch"));
    const error: unknown = await new Client(new HttpBackend()).status().catch((problem: unknown) => problem);
    expect(error).toMatchObject({ message: "Tidegate does not answer", code: "unavailable" });
  });
  it("turns the server's error into one with hint and id", async () => {
    const told = { error: "no such model", code: "not_found", hint: "see /api/models", id: "e-7" };
    fetched.mockResolvedValue(Response.json(told, { status: 404 }));
    const error: unknown = await new Client(new HttpBackend()).model("a/b").catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, message: "no such model", hint: "see /api/models" });
    expect(copyable(error)).toBe("no such model\nhint: see /api/models\ncode: not_found\nid: e-7");
    expect(fetched.mock.calls[0]?.[0]).toBe("/api/models/a%2Fb");
  });
  it("keeps the text of an answer that is not JSON", async () => {
    fetched.mockResolvedValue(new Response("bad gateway", { status: 502 }));
    await expect(new Client(new HttpBackend()).status()).rejects.toMatchObject({ message: "bad gateway", status: 502 });
  });
  it("needs no body for an empty answer", async () => {
    fetched.mockResolvedValue(new Response(null, { status: 204 }));
    await expect(new Client(new HttpBackend()).deleteModel("churn")).resolves.toBeUndefined();
  });
});

describe("live ticks", () => {
  it("opens the stream again after it ended for good, until it is stopped", () => {
    vi.useFakeTimers();
    const connected = vi.fn();
    const stop = new HttpBackend().subscribe(vi.fn(), connected);
    const first = Events.last;
    first?.onerror?.();
    vi.advanceTimersByTime(10_000);
    expect(Events.last).toBe(first);
    if (first) first.readyState = Events.CLOSED;
    first?.onerror?.();
    vi.advanceTimersByTime(10_000);
    expect(Events.last).not.toBe(first);
    const second = Events.last;
    if (second) second.readyState = Events.CLOSED;
    second?.onerror?.();
    stop();
    vi.advanceTimersByTime(10_000);
    expect(Events.last).toBe(second);
    expect(connected.mock.calls).toEqual([[false], [false], [false]]);
    vi.useRealTimers();
  });
  it("come as messages until it is stopped", () => {
    const [live, connected] = [vi.fn(), vi.fn()];
    const stop = new HttpBackend().subscribe(live, connected);
    Events.last?.onopen?.();
    Events.last?.onmessage?.({ data: '{"now": 5}' });
    Events.last?.onerror?.();
    expect(live).toHaveBeenCalledWith({ now: 5 });
    expect(connected.mock.calls).toEqual([[true], [false]]);
    stop();
    expect(Events.last?.closed).toBe(true);
  });
});

describe("drops", () => {
  function drag(name: string, files?: File[]): Event {
    const event = new Event(name, { cancelable: true });
    return Object.assign(event, { dataTransfer: { types: files ? ["Files"] : ["text/plain"], files: files ?? [] } });
  }
  it("tell when files come, go and are dropped, and stage them by upload", async () => {
    const events: DropEvent[] = [];
    const stop = new HttpBackend().onDrop((event) => events.push(event));
    const file = new File(["onnx"], "a b.onnx");
    dispatchEvent(drag("dragenter", [file]));
    dispatchEvent(drag("dragenter", [file]));
    dispatchEvent(drag("dragleave", [file]));
    expect(events).toEqual([{ state: "over" }]);
    const dropped = drag("drop", [file]);
    dispatchEvent(dropped);
    expect(dropped.defaultPrevented).toBe(true);
    const last = events.at(-1);
    if (last?.state !== "dropped") throw new Error("no drop");
    expect(last.files.map((one) => one.name)).toEqual(["a b.onnx"]);
    fetched.mockResolvedValue(Response.json({ token: "t" }, { status: 201 }));
    expect(await last.files[0]?.stage()).toEqual({ token: "t" });
    expect(fetched.mock.calls[0]?.[0]).toBe("/api/imports?filename=a%20b.onnx");
    stop();
    dispatchEvent(drag("drop", [file]));
    expect(events).toHaveLength(2);
  });
  it("leave other drags alone", () => {
    const handler = vi.fn();
    const stop = new HttpBackend().onDrop(handler);
    const event = drag("drop");
    dispatchEvent(event);
    expect(handler).not.toHaveBeenCalled();
    expect(event.defaultPrevented).toBe(false);
    stop();
  });
});

describe("the curl form", () => {
  it("says the same request for a shell", () => {
    const call = calls.predict("churn", [{ note: "it's" }]);
    expect(curl(call, "http://127.0.0.1:8000")).toBe(
      `curl -H 'content-type: application/json' -d '{"rows":[{"note":"it'\\''s"}]}' 'http://127.0.0.1:8000/api/models/churn/predict'`,
    );
    expect(curl({ method: "DELETE", path: "/api/models/a" }, "")).toBe("curl -X DELETE '/api/models/a'");
    expect(curl({ method: "POST", path: "/x" }, "")).toBe("curl -X POST '/x'");
  });
});
