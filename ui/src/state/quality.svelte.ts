/** Quality of one model: its checks over a range, followed while the model lives, and changed with a way back. */
import { api } from "../backend";
import type {
  ChartKind,
  ChartRequest,
  ChartView,
  QualityCheck,
  QualityCheckView,
  QualityView,
  QualityViolation,
} from "../backend/types";
import { router } from "../router.svelte";
import { live } from "./live.svelte";
import { fields, firstRange, readRange, writeRange, type Range } from "./range";
import { theme } from "./theme.svelte";
import { attempt, toasts } from "./toasts.svelte";

/** Checks change slower than lines do. */
const EVERY_MS = 3_000;
const EXAMPLES = 50;

export class QualityState {
  readonly name: string;
  view = $state.raw<QualityView>();
  charts = $state.raw<Partial<Record<ChartKind, ChartView>>>({});
  violations = $state.raw<QualityViolation[]>();
  error = $state.raw<unknown>();
  /** The check whose failing rows are listed; all if undefined. */
  chosen = $state<string>();
  slots: () => ChartRequest[] = () => [];
  #busy = false;
  #again = false;
  #fetched = 0;
  #revision = -1;
  readonly #first: Range;

  constructor(name: string, age_ms: number) {
    this.name = name;
    this.#first = firstRange(age_ms);
  }

  range = $derived.by(() => readRange(router.route.query, this.#first));
  fixed = $derived("from" in this.range);
  revision = $derived(live.pulses.find((pulse) => pulse.name === this.name)?.revision ?? 0);

  setRange(range: Range): void {
    router.setQuery(writeRange(range));
  }

  /** Called on every live tick. */
  onTick(): void {
    if (document.hidden || this.#busy || (this.fixed && this.view)) return;
    const age = Date.now() - this.#fetched;
    if (age > EVERY_MS && (this.revision !== this.#revision || age > 2 * EVERY_MS)) void this.refresh();
  }

  /** Fetches everything now, or right after what is under way. */
  async refresh(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#fetched = Date.now();
    this.#revision = this.revision;
    try {
      await Promise.all([this.#fetchView(), this.#fetchCharts(), this.#fetchViolations()]);
      this.error = undefined;
    } catch (error) {
      this.error = error;
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        void this.refresh();
      }
    }
  }

  choose(check: string | undefined): void {
    this.chosen = check;
    void attempt(() => this.#fetchViolations());
  }

  query(): URLSearchParams {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(fields(this.range))) {
      if (value !== undefined) query.set(key, String(value));
    }
    return query;
  }

  async #fetchView(): Promise<void> {
    this.view = await api.quality(this.name, this.query());
  }
  async #fetchCharts(): Promise<void> {
    const charts = this.slots().filter((slot) => slot.width > 40);
    if (!charts.length) return;
    const answer = await api.charts(this.name, {
      ...fields(this.range),
      theme: theme.shown,
      utc_offset_min: -new Date().getTimezoneOffset(),
      charts,
    });
    this.charts = Object.fromEntries(answer.charts.map((chart) => [chart.kind, chart]));
  }
  async #fetchViolations(): Promise<void> {
    const query = new URLSearchParams({ limit: String(EXAMPLES) });
    if (this.chosen) query.set("check", this.chosen);
    this.violations = await api.qualityViolations(this.name, query);
  }

  /** Shows a changed check at once and takes it back if the server refuses; undo puts the one before back. */
  async save(check: QualityCheck, done: string): Promise<boolean> {
    const before = this.view?.checks.find((one) => one.check.id === check.id)?.check;
    this.#put(check);
    const well = await attempt(async () => {
      await api.changeQuality(this.name, { checks: [check] });
    });
    if (!well) {
      if (before) this.#put(before);
      return false;
    }
    toasts.done(done, async () => {
      await api.changeQuality(this.name, before ? { checks: [before] } : { remove: [check.id] });
      await this.refresh();
    });
    void this.refresh();
    return true;
  }

  /** Takes a check away; undo puts it back. */
  async remove(check: QualityCheck): Promise<boolean> {
    const well = await attempt(() => api.changeQuality(this.name, { remove: [check.id] }));
    if (!well) return false;
    toasts.done("Check removed", async () => {
      await api.changeQuality(this.name, { checks: [check] });
      await this.refresh();
    });
    void this.refresh();
    return true;
  }

  #put(check: QualityCheck): void {
    const put = (one: QualityCheckView) => (one.check.id === check.id ? { ...one, check } : one);
    if (this.view) this.view = { ...this.view, checks: this.view.checks.map(put) };
  }
}
