/**
 * What the program says twice a second, and the fleet that follows from it.
 *
 * One subscription for the whole page. The fleet's cards are fetched again when a model changed, at most every two
 * seconds and never while the page is hidden.
 */
import { api } from "../backend";
import type {
  CanaryPulse,
  HealthState,
  Live,
  ModelPulse,
  ModelSummary,
  Pulse,
  RunPulse,
  Status,
} from "../backend/types";
import { modelHref } from "../router.svelte";
import { toasts } from "./toasts.svelte";

const FLEET_EVERY_MS = 2_000;
/** Without any change the sparklines still move on. */
const FLEET_AT_LEAST_MS = 20_000;

/** A model as the sidebar and the cards show it: the card, with the newest pulse. */
export interface FleetModel extends Omit<ModelSummary, "pulse" | "run"> {
  pulse: Pulse;
  run?: RunPulse | null;
  canary?: CanaryPulse | null;
  state: HealthState;
  revision: number;
}

class LiveState {
  status = $state.raw<Status>();
  pulses = $state.raw<ModelPulse[]>([]);
  summaries = $state.raw<ModelSummary[]>();
  connected = $state(false);
  /** Set when the very first answer failed, so that the page can say so. */
  failure = $state.raw<unknown>();
  now = $state(Date.now());
  /** Counts the ticks; charts hang on it. */
  tick = $state(0);
  #fetched = 0;
  #seen = "";
  #fetching = false;

  /** Where the API is reachable, for the curl form of actions. */
  get address(): string {
    return this.status?.http ?? (location.protocol.startsWith("http") ? location.origin : "http://127.0.0.1:8000");
  }

  models = $derived.by<FleetModel[]>(() => {
    const pulses = new Map(this.pulses.map((pulse) => [pulse.name, pulse]));
    return (this.summaries ?? []).map((summary) => {
      const newest = pulses.get(summary.name);
      return {
        ...summary,
        pulse: newest?.pulse ?? summary.pulse,
        run: newest ? newest.run : summary.run,
        champion: newest ? newest.champion : summary.champion,
        challenger: newest ? newest.challenger : summary.challenger,
        canary: newest?.canary,
        state: newest?.health ?? summary.health.state,
        revision: newest?.revision ?? 0,
      };
    });
  });

  model(name: string): FleetModel | undefined {
    return this.models.find((model) => model.name === name);
  }

  /** Starts listening; returns how to stop. */
  start(): () => void {
    const stop = api.backend.subscribe(
      (tick) => this.#take(tick),
      (yes) => (this.connected = yes),
    );
    void this.refresh();
    return stop;
  }

  /** Fetches the cards now, after the page changed something. */
  async refresh(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      const [summaries, status] = await Promise.all([api.models(), this.status ?? api.status()]);
      this.summaries = summaries;
      this.status = status;
      this.failure = undefined;
      this.#fetched = Date.now();
    } catch (error) {
      if (!this.summaries) this.failure = error;
    } finally {
      this.#fetching = false;
    }
  }

  #take(live: Live): void {
    this.connected = true;
    this.status = live.status;
    this.pulses = live.models;
    this.now = live.now;
    this.tick += 1;
    for (const happening of live.happenings) {
      if (happening.notify) toasts.news(happening.message, happening.model ? modelHref(happening.model) : undefined);
    }
    if (!document.hidden) this.#refreshIfMoved(live);
  }

  #refreshIfMoved(live: Live): void {
    const seen = live.models.map((model) => `${model.name}/${model.revision}/${model.health}`).join();
    const age = Date.now() - this.#fetched;
    const moved = seen !== this.#seen || live.happenings.length > 0;
    // The reasons for a new state are on the card: it is fetched at once.
    if (this.models.some((model) => model.state !== model.health.state)) return void this.refresh();
    if (this.summaries ? (moved ? age < FLEET_EVERY_MS : age < FLEET_AT_LEAST_MS) : age < FLEET_EVERY_MS) return;
    this.#seen = seen;
    void this.refresh();
  }
}

export const live = new LiveState();
