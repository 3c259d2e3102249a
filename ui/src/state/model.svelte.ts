/** The model that is open: its details, kept fresh while it changes. */
import { getContext, setContext } from "svelte";
import { api } from "../backend";
import type { CanaryView, ModelDetail, ModelPatch, ModelPulse, VersionView } from "../backend/types";
import { live } from "./live.svelte";
import { attempt, toasts } from "./toasts.svelte";

const REFRESH_MS = 5_000;

export class OpenModel {
  readonly name: string;
  detail = $state.raw<ModelDetail>();
  /** The newest one: under way, watched, or over; nothing where there was none. */
  canary = $state.raw<CanaryView>();
  error = $state.raw<unknown>();
  #fetched = 0;
  #seen = "";
  #canarySeen = "";
  /** Changes so far: what was asked before the last one began or was kept knows nothing of it. */
  #changes = 0;

  constructor(name: string) {
    this.name = name;
  }

  get champion(): VersionView | undefined {
    return this.detail?.versions.find((version) => version.champion);
  }
  get challenger(): VersionView | undefined {
    return this.detail?.versions.find((version) => version.challenger);
  }
  get previous(): VersionView | undefined {
    return this.detail?.versions.find((version) => version.previous);
  }
  get task() {
    return this.champion?.schema.task ?? this.detail?.versions[0]?.schema.task ?? "other";
  }

  async refresh(): Promise<void> {
    this.#fetched = Date.now();
    const known = this.#changes;
    try {
      const detail = await api.model(this.name);
      if (this.#changes === known) this.detail = detail;
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }

  /** Fetches again when an alias, the health or a run moved; for mere traffic only every few seconds. */
  follow(): void {
    const now = live.pulses.find((pulse) => pulse.name === this.name);
    if (!now) return;
    this.#followCanary(now.canary);
    const seen = [now.champion, now.challenger, now.health, now.run?.state, now.canary?.state].join();
    const due = Date.now() - this.#fetched > REFRESH_MS && !document.hidden;
    if (seen === this.#seen && !due) return;
    this.#seen = seen;
    void this.refresh();
  }

  /** Once a second while there is one, and once more when it is over. */
  #followCanary(pulse: ModelPulse["canary"]): void {
    const seen = pulse ? [pulse.id, pulse.state, pulse.step, Math.floor(live.now / 1000)].join() : "none";
    if (seen === this.#canarySeen || document.hidden) return;
    this.#canarySeen = seen;
    void this.refreshCanary();
  }

  async refreshCanary(): Promise<void> {
    const all = await api.canaries(this.name).catch(() => undefined);
    if (all) this.canary = all[0];
  }

  /** Shows the change at once and takes it back if the server refuses. */
  async patch(patch: ModelPatch, done: string): Promise<boolean> {
    const before = this.detail;
    if (!before) return false;
    const change = ++this.#changes;
    this.detail = {
      ...before,
      rules: patch.rules ?? before.rules,
      model: {
        ...before.model,
        card: patch.card ?? before.model.card,
        tags: patch.tags ?? before.model.tags,
        settings: patch.settings ?? before.model.settings,
      },
    };
    const well = await attempt(async () => this.#kept(change, await api.patchModel(this.name, patch)));
    if (!well) {
      this.#kept(change, before);
      return false;
    }
    const back: ModelPatch = {
      ...(patch.card !== undefined && { card: before.model.card }),
      ...(patch.tags && { tags: before.model.tags }),
      ...(patch.settings && { settings: before.model.settings }),
      ...(patch.rules && { rules: before.rules }),
    };
    toasts.done(done, async () => {
      const change = ++this.#changes;
      this.#kept(change, await api.patchModel(this.name, back));
    });
    return true;
  }

  /** What a change came to, unless a later one is on its way and shown already. */
  #kept(change: number, detail: ModelDetail): void {
    if (this.#changes !== change) return;
    this.#changes += 1;
    this.detail = detail;
  }
}

const KEY = Symbol("model");

export function provideModel(name: string): OpenModel {
  return setContext(KEY, new OpenModel(name));
}

export function useModel(): OpenModel {
  return getContext<OpenModel>(KEY);
}
