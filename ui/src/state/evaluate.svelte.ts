/** What the evaluate screen shows: how good the answers of a range were. A fixed range is fetched once. */
import { api } from "../backend";
import type { ChartKind, ChartView, EstimateView, FairnessView, MetricsView } from "../backend/types";
import { router } from "../router.svelte";
import { live } from "./live.svelte";
import { fields, readRange, writeRange, type Range } from "./range";
import { theme } from "./theme.svelte";

/** Labels come slowly, and the numbers are looked at calmly. */
const EVERY_MS = 10_000;
/** Long enough for labels to have come. */
const FIRST: Range = { last_s: 86_400 };

export interface Slot {
  kind: ChartKind;
  width: number;
  height: number;
}

export class EvaluateState {
  readonly name: string;
  metrics = $state.raw<MetricsView>();
  estimate = $state.raw<EstimateView>();
  fairness = $state.raw<FairnessView>();
  charts = $state.raw<Partial<Record<ChartKind, ChartView>>>({});
  error = $state.raw<unknown>();
  slots: () => Slot[] = () => [];
  /** Groups are compared only where the settings name them. */
  grouped: () => boolean = () => false;
  #busy = false;
  #again = false;
  #fetched = 0;

  constructor(name: string) {
    this.name = name;
  }

  range = $derived.by(() => readRange(router.route.query, FIRST));
  fixed = $derived("from" in this.range);
  version = $derived(Number(router.route.query.get("version")) || undefined);

  setRange(range: Range): void {
    router.setQuery(writeRange(range));
  }
  setVersion(version?: number): void {
    router.setQuery({ version: version?.toString() });
  }

  /** The range and the version as a query. */
  query(): URLSearchParams {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries({ ...fields(this.range), version: this.version })) {
      if (value !== undefined) query.set(key, String(value));
    }
    return query;
  }

  onTick(): void {
    if (this.fixed || document.hidden || this.#busy || live.now - this.#fetched < EVERY_MS) return;
    void this.fetch();
  }

  /** Fetches everything now, or right after what is under way. */
  async fetch(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#fetched = live.now;
    try {
      const query = this.query();
      [this.metrics, this.estimate, this.fairness] = await Promise.all([
        api.metrics(this.name, query),
        api.estimate(this.name, query),
        this.grouped() ? api.fairness(this.name, query) : undefined,
        this.#draw(),
      ]);
      this.error = undefined;
    } catch (error) {
      this.error = error;
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        void this.fetch();
      }
    }
  }

  async #draw(): Promise<void> {
    const charts = this.slots().filter((slot) => slot.width > 40);
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
}
