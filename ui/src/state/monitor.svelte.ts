/**
 * What the monitor screen shows: its range, its versions, its charts, and when to fetch them again.
 *
 * A live tick asks for the charts on screen in one request; there is never more than one under way, none while
 * paused or while the page is hidden. A fixed range is fetched once.
 */
import { api } from "../backend";
import type { ChartKind, ChartRequest, ChartView, MonitorView } from "../backend/types";
import { router } from "../router.svelte";
import { live } from "./live.svelte";
import { fields, firstRange, readRange, writeRange, type Range } from "./range";
import { theme } from "./theme.svelte";

/** Without new data the charts still move with the clock, but slowly. */
const IDLE_MS = 5_000;
/** Tiles and the ranking of inputs change less often than lines do. */
const VIEW_MS = 2_000;

export interface Slot {
  kind: ChartKind;
  width: number;
  height: number;
  feature?: string;
  /** On screen, or about to be; others are not asked for. */
  near: boolean;
}

export class MonitorState {
  readonly name: string;
  charts = $state.raw<Partial<Record<ChartKind, ChartView>>>({});
  view = $state.raw<MonitorView>();
  error = $state.raw<unknown>();
  paused = $state(false);
  /** Revision of the model when it was paused. */
  #pausedAt = $state(0);
  /** What was on screen when it was paused: charts that come into view later show the same. */
  #frozen?: { from: number; to: number };
  /** Ranges to go back to. */
  undo = $state.raw<Range[]>([]);
  slots: () => Slot[] = () => [];
  #busy = false;
  #again = false;
  #drawn = 0;
  #viewed = 0;
  #revision = -1;
  /** What the charts on screen were asked with; those of another question are thrown away. */
  #asked = "";

  readonly #first: Range;

  /** `age_ms`: how long the model is there, which decides the range looked at first. */
  constructor(name: string, age_ms: number) {
    this.name = name;
    this.#first = firstRange(age_ms);
  }

  range = $derived.by(() => readRange(router.route.query, this.#first));
  fixed = $derived("from" in this.range);
  version = $derived(Number(router.route.query.get("version")) || undefined);
  /** The version drawn beside it. */
  compare = $derived(this.version ? Number(router.route.query.get("compare")) || undefined : undefined);
  revision = $derived(live.pulses.find((pulse) => pulse.name === this.name)?.revision ?? 0);
  /** Points that arrived since it was paused. */
  waiting = $derived(this.paused ? Math.max(0, this.revision - this.#pausedAt) : 0);

  setRange(range: Range): void {
    this.undo = [];
    this.#frozen = undefined;
    router.setQuery(writeRange(range));
  }
  zoom(from: number, to: number): void {
    this.undo = [...this.undo, this.range];
    this.#frozen = undefined;
    router.setQuery(writeRange({ from, to }));
  }
  undoZoom(): void {
    const before = this.undo.at(-1);
    if (!before) return;
    this.undo = this.undo.slice(0, -1);
    this.#frozen = undefined;
    router.setQuery(writeRange(before));
  }
  resetZoom(): void {
    const first = this.undo[0] ?? this.#first;
    this.undo = [];
    this.#frozen = undefined;
    router.setQuery(writeRange(first));
  }
  /** One version, two of them in the same charts, or all together. */
  setVersions(version?: number, compare?: number): void {
    router.setQuery({ version: version?.toString(), compare: compare?.toString() });
  }
  pause(): void {
    this.paused = !this.paused;
    this.#pausedAt = this.revision;
    this.#frozen = this.paused && this.view ? { from: this.view.from, to: this.view.to } : undefined;
    if (!this.paused) void this.draw();
  }

  /** Called on every live tick. */
  onTick(): void {
    if (this.paused || this.fixed || document.hidden) return;
    if (this.revision === this.#revision && Date.now() - this.#drawn < IDLE_MS) return;
    // A request still under way will do: what it misses comes with the next tick.
    if (!this.#busy) void this.draw();
  }

  /** Fetches everything now, or right after what is under way. */
  async draw(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#drawn = Date.now();
    this.#revision = this.revision;
    try {
      await Promise.all([this.#drawCharts(), this.#drawView()]);
      this.error = undefined;
    } catch (error) {
      this.error = error;
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        this.#viewed = 0;
        void this.draw();
      }
    }
  }

  /** The range changed: tiles too are fetched, whatever their age. */
  redraw(): void {
    this.#viewed = 0;
    void this.draw();
  }

  /** The question all charts share. */
  #common() {
    return {
      ...(this.#frozen ?? fields(this.range)),
      version: this.version,
      compare: this.compare,
      theme: theme.shown,
      utc_offset_min: -new Date().getTimezoneOffset(),
    };
  }

  async #drawCharts(): Promise<void> {
    const charts: ChartRequest[] = this.slots()
      .filter((slot) => slot.near && slot.width > 40)
      .map(({ kind, feature, width, height }) => ({ kind, feature, width, height }));
    if (charts.length === 0) return;
    const common = this.#common();
    const asked = JSON.stringify(common);
    const answer = await api.charts(this.name, { ...common, charts });
    const kept = asked === this.#asked ? this.charts : {};
    this.#asked = asked;
    this.charts = { ...kept, ...Object.fromEntries(answer.charts.map((chart) => [chart.kind, chart])) };
  }

  async #drawView(): Promise<void> {
    if (Date.now() - this.#viewed < VIEW_MS) return;
    this.#viewed = Date.now();
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries({ ...(this.#frozen ?? fields(this.range)), version: this.version })) {
      if (value !== undefined) query.set(key, String(value));
    }
    this.view = await api.monitor(this.name, query);
  }
}
