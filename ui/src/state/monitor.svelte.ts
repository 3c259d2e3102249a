/**
 * What the monitor screen shows: its range, its charts, and when to fetch them again.
 *
 * A live tick asks for all charts in one request; there is never more than one under way, none while paused or
 * while the page is hidden. A fixed range is fetched once.
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
}

export class MonitorState {
  readonly name: string;
  charts = $state.raw<Partial<Record<ChartKind, ChartView>>>({});
  view = $state.raw<MonitorView>();
  error = $state.raw<unknown>();
  paused = $state(false);
  /** Revision of the model when it was paused. */
  #pausedAt = $state(0);
  /** Ranges to go back to. */
  undo = $state.raw<Range[]>([]);
  slots: () => Slot[] = () => [];
  #busy = false;
  #again = false;
  #drawn = 0;
  #viewed = 0;
  #revision = -1;

  readonly #first: Range;

  /** `age_ms`: how long the model is there, which decides the range looked at first. */
  constructor(name: string, age_ms: number) {
    this.name = name;
    this.#first = firstRange(age_ms);
  }

  range = $derived.by(() => readRange(router.route.query, this.#first));
  fixed = $derived("from" in this.range);
  version = $derived(Number(router.route.query.get("version")) || undefined);
  revision = $derived(live.pulses.find((pulse) => pulse.name === this.name)?.revision ?? 0);
  /** Points that arrived since it was paused. */
  waiting = $derived(this.paused ? Math.max(0, this.revision - this.#pausedAt) : 0);

  setRange(range: Range): void {
    this.undo = [];
    router.setQuery(writeRange(range));
  }
  zoom(from: number, to: number): void {
    this.undo = [...this.undo, this.range];
    router.setQuery(writeRange({ from, to }));
  }
  undoZoom(): void {
    const before = this.undo.at(-1);
    if (!before) return;
    this.undo = this.undo.slice(0, -1);
    router.setQuery(writeRange(before));
  }
  resetZoom(): void {
    const first = this.undo[0] ?? this.#first;
    this.undo = [];
    router.setQuery(writeRange(first));
  }
  setVersion(version: number | undefined): void {
    router.setQuery({ version: version ? String(version) : undefined });
  }
  pause(): void {
    this.paused = !this.paused;
    this.#pausedAt = this.revision;
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

  async #drawCharts(): Promise<void> {
    const charts: ChartRequest[] = this.slots().filter((slot) => slot.width > 40);
    if (charts.length === 0) return;
    const answer = await api.charts(this.name, {
      ...fields(this.range),
      version: this.version,
      theme: theme.shown,
      utc_offset_min: -new Date().getTimezoneOffset(),
      charts,
    });
    this.charts = Object.fromEntries(answer.charts.map((chart) => [chart.kind, chart]));
  }

  async #drawView(): Promise<void> {
    if (Date.now() - this.#viewed < VIEW_MS) return;
    this.#viewed = Date.now();
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries({ ...fields(this.range), version: this.version })) {
      if (value !== undefined) query.set(key, String(value));
    }
    this.view = await api.monitor(this.name, query);
  }
}
