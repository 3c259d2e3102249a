/** Data files on their way in: each is registered, then the last of them is shown. */
import { api, type IncomingFile } from "../backend";
import type { DatasetDetail } from "../backend/types";
import { href, router } from "../router.svelte";
import { plural } from "../format";
import { toasts } from "./toasts.svelte";

/** Whether a file is data rather than a model, by its name. */
export function isData(file: { name: string }): boolean {
  return /\.(csv|csv\.gz|parquet|pq)$/i.test(file.name);
}

class Data {
  /** Names of files that are being read. */
  reading = $state<string[]>([]);
  /** Counts what came in, so that lists know when to look again. */
  arrived = $state(0);

  async add(files: IncomingFile[]): Promise<void> {
    let last: DatasetDetail | undefined;
    for (const file of files) {
      this.reading.push(file.name);
      try {
        last = await file.register();
        this.arrived += 1;
        toasts.done(`${last.name}: ${plural(last.rows, "row")}, ${plural(last.columns_seen.length, "column")}`);
      } catch (error) {
        toasts.error(error);
      } finally {
        this.reading = this.reading.filter((name) => name !== file.name);
      }
    }
    if (last) router.go(href({ screen: "data", id: last.id }));
  }

  async choose(): Promise<void> {
    await this.add(await api.backend.openFiles("data"));
  }
}

export const data = new Data();
