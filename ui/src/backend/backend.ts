/**
 * The one interface the page has to the program behind it.
 *
 * Two homes implement it: the desktop window (`tauri.ts`) and a browser (`http.ts`). Nothing outside this folder
 * knows which one it is, nor names Tauri, fetch or event streams.
 */
import type { DatasetDetail, Live, Staged } from "./types";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type Body = string | Uint8Array<ArrayBuffer> | Blob;

/** A file that was dropped or chosen. */
export interface IncomingFile {
  name: string;
  /** Looks at a model and tries it, without deploying. */
  stage(): Promise<Staged>;
  /** Registers a CSV or Parquet file as a data set. */
  register(): Promise<DatasetDetail>;
}

/** What is asked for in the system's dialog. */
export type Wanted = "models" | "data";

export type DropEvent = { state: "over" } | { state: "left" } | { state: "dropped"; files: IncomingFile[] };

export interface Backend {
  /** Rejects at once when `signal` is aborted; the program then stops what it does for the request, if it can. */
  request(method: Method, path: string, body?: Body, contentType?: string, signal?: AbortSignal): Promise<Response>;
  /** Calls `live` twice a second, and `connected` whenever the connection comes or goes. Returns how to stop. */
  subscribe(live: (tick: Live) => void, connected: (yes: boolean) => void): () => void;
  /** Files dragged over the window. Returns how to stop listening. */
  onDrop(handler: (event: DropEvent) => void): () => void;
  /** Asks for files with the system's dialog; empty when it was closed. */
  openFiles(wanted: Wanted): Promise<IncomingFile[]>;
}
