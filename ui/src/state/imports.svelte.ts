/**
 * Files on their way in: each is looked at and tried, then shown in the import sheet, one after the other.
 */
import { api, type IncomingFile } from "../backend";
import type { Deployed, Staged } from "../backend/types";
import { modelHref, router } from "../router.svelte";
import { live } from "./live.svelte";
import { toasts } from "./toasts.svelte";

export interface Import {
  id: number;
  fileName: string;
  state: "checking" | "staged" | "refused" | "failed" | "deploying";
  staged?: Staged;
  /** Why looking at it or deploying it failed. */
  error?: unknown;
}

let last = 0;

class Imports {
  queue = $state<Import[]>([]);

  /** The one the sheet shows. */
  get current(): Import | undefined {
    return this.queue[0];
  }

  add(files: IncomingFile[]): void {
    for (const file of files) {
      this.queue.push({ id: (last += 1), fileName: file.name, state: "checking" });
      const item = this.queue[this.queue.length - 1];
      if (item) void this.#stage(item, file);
    }
  }

  async choose(): Promise<void> {
    this.add(await api.backend.openFiles("models"));
  }

  async #stage(item: Import, file: IncomingFile): Promise<void> {
    try {
      item.staged = await file.stage();
      item.state = item.staged.refused ? "refused" : "staged";
    } catch (error) {
      item.error = error;
      item.state = "failed";
    }
  }

  /** Deploys the one shown, under `name`, and opens it. */
  async deploy(item: Import, name: string): Promise<Deployed | undefined> {
    if (!item.staged) return undefined;
    item.state = "deploying";
    item.error = undefined;
    try {
      const deployed = await api.deploy(item.staged.token, name);
      this.#remove(item);
      toasts.done(
        deployed.champion
          ? `${deployed.model} v${deployed.version} is deployed and answers requests`
          : `${deployed.model} v${deployed.version} waits as challenger`,
      );
      await live.refresh();
      if (!this.current) router.go(modelHref(deployed.model, deployed.champion ? "monitor" : "versions"));
      return deployed;
    } catch (error) {
      item.error = error;
      item.state = "staged";
      return undefined;
    }
  }

  /** Leaves the one shown and forgets what was staged. */
  dismiss(item: Import): void {
    if (item.state === "deploying") return;
    this.#remove(item);
    if (item.staged) api.discardImport(item.staged.token).catch(() => undefined);
  }

  #remove(item: Import): void {
    this.queue = this.queue.filter((one) => one.id !== item.id);
  }
}

export const imports = new Imports();
