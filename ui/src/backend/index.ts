/** Chooses the backend for the home the page finds itself in. */
import type { Backend } from "./backend";
import { Client } from "./client";
import { HttpBackend } from "./http";

export { ApiError, copyable } from "./errors";
export { calls, curl, type Call } from "./client";
export type { Backend, DropEvent, IncomingFile } from "./backend";

async function choose(): Promise<Backend> {
  if (!("__TAURI_INTERNALS__" in globalThis)) return new HttpBackend();
  const { TauriBackend } = await import("./tauri");
  return new TauriBackend();
}

/** The API of this page. Set once, by `connect`, before anything is shown. */
export let api: Client;

/** Sets the API up; tests pass a backend of their own. */
export async function connect(backend?: Backend): Promise<void> {
  api = new Client(backend ?? (await choose()));
}
