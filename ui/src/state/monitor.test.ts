import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "../backend";
import { router, parse } from "../router.svelte";
import { TableBackend, type Sent } from "../test/backend";
import { CHART, liveTick, summary } from "../test/fixtures";
import { live } from "./live.svelte";
import { MonitorState } from "./monitor.svelte";

let backend: TableBackend;
let answer: () => void;
let monitor: MonitorState;
let stop: () => void;
/** Whether the chart further down has come into view. */
let below: boolean;

/** What was asked of the charts route. */
const asked = (): Sent[] => backend.sent.filter((sent) => sent.path.endsWith("/charts"));
/** Long enough for an answer to be read, shorter than any timer of the page. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A tick after `revision` recorded requests. */
function tick(revision: number): void {
  const beat = liveTick([summary("churn")]);
  backend.tick({ ...beat, models: beat.models.map((model) => ({ ...model, revision })) });
  flushSync();
  monitor.onTick();
}

beforeEach(async () => {
  below = false;
  location.hash = "#/models/churn/monitor";
  router.route = parse(location.hash);
  backend = new TableBackend({
    "GET /api/models": [summary("churn")],
    "GET /api/models/churn/monitor": { from: 0, to: 1, tiles: [], drift: [], metrics: [], window_s: 900 },
    "POST /api/models/churn/charts": () =>
      new Promise((resolve) => {
        answer = () => resolve(Response.json({ now: 2, from: 0, to: 2, charts: [CHART] }));
      }),
  });
  await connect(backend);
  stop = live.start();
  monitor = new MonitorState("churn", 1e9);
  monitor.slots = () => [
    { kind: "latency", width: 480, height: 168, near: true },
    { kind: "cpu", width: 0, height: 96, near: true },
    { kind: "queue", width: 480, height: 96, near: below },
  ];
});
afterEach(() => {
  stop();
  vi.restoreAllMocks();
});

describe("live charts", () => {
  it("ask for all of them in one request, and never twice at a time", async () => {
    tick(1);
    tick(2);
    tick(3);
    expect(asked()).toHaveLength(1);
    expect(asked()[0]?.body).toMatchObject({
      last_s: 3600,
      theme: "dark",
      charts: [{ kind: "latency", width: 480, height: 168 }],
    });
    answer();
    await settle();
    expect(monitor.charts.latency?.title).toBe("Latency");
    tick(4);
    expect(asked()).toHaveLength(2);
  });

  it("rest while nothing is new, while hidden, and on a fixed range", async () => {
    tick(1);
    answer();
    await settle();
    tick(1);
    expect(asked()).toHaveLength(1);
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    tick(2);
    expect(asked()).toHaveLength(1);
    vi.spyOn(document, "hidden", "get").mockReturnValue(false);
    monitor.zoom(1_000, 2_000);
    tick(3);
    expect(asked()).toHaveLength(1);
  });

  it("count what arrives while paused", async () => {
    tick(10);
    answer();
    await settle();
    monitor.pause();
    tick(52);
    expect(monitor.waiting).toBe(42);
    expect(asked()).toHaveLength(1);
    monitor.pause();
    expect(monitor.waiting).toBe(0);
    expect(asked()).toHaveLength(2);
  });

  it("leave out what is out of sight, and keep it the moment of a pause when it comes into view", async () => {
    tick(1);
    answer();
    await settle();
    monitor.pause();
    below = true;
    void monitor.draw();
    expect(asked()[1]?.body).toMatchObject({
      from: 0,
      to: 1,
      charts: [
        { kind: "latency", width: 480 },
        { kind: "queue", width: 480 },
      ],
    });
    expect(asked()[1]?.body).not.toHaveProperty("last_s");
  });

  it("draw once more when the range changed under way", async () => {
    tick(1);
    monitor.setRange({ last_s: 900 });
    monitor.redraw();
    expect(asked()).toHaveLength(1);
    answer();
    await settle();
    expect(asked()).toHaveLength(2);
    expect(asked()[1]?.body).toMatchObject({ last_s: 900 });
  });
});

describe("versions", () => {
  it("can be looked at alone, two together, or all", () => {
    monitor.setVersions(3, 4);
    expect([monitor.version, monitor.compare]).toEqual([3, 4]);
    monitor.setVersions(3);
    expect([monitor.version, monitor.compare]).toEqual([3, undefined]);
    monitor.setVersions();
    expect([monitor.version, monitor.compare]).toEqual([undefined, undefined]);
  });
});

describe("zooming", () => {
  it("goes in, back step by step, and all the way out", () => {
    monitor.setRange({ last_s: 86_400 });
    monitor.zoom(1_000, 9_000);
    monitor.zoom(2_000, 3_000);
    expect(monitor.range).toEqual({ from: 2_000, to: 3_000 });
    monitor.undoZoom();
    expect(monitor.range).toEqual({ from: 1_000, to: 9_000 });
    monitor.zoom(4_000, 5_000);
    monitor.resetZoom();
    expect(monitor.range).toEqual({ last_s: 86_400 });
    expect(monitor.undo).toEqual([]);
  });
});
