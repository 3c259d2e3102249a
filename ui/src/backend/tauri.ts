/**
 * The backend inside the desktop window: the same router, called in-process.
 *
 * Bodies travel as raw bytes both ways. An answer is four bytes with the length of a JSON head (status, headers),
 * little endian, then the head, then the body; `src-tauri/bridge.rs` writes it.
 */
import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend, Body, DropEvent, IncomingFile, Method, Wanted } from "./backend";
import { expectJson } from "./errors";
import type { DatasetDetail, Live, Staged } from "./types";

interface Incoming {
  token: string;
  file_name: string;
}
type Drag = { state: "over" } | { state: "left" } | { state: "dropped"; files: Incoming[] };

/** A tick is due every half second: without one for this long the program is no longer there. */
const SILENT_MS = 5_000;

export class TauriBackend implements Backend {
  async request(
    method: Method,
    path: string,
    body?: Body,
    contentType?: string,
    signal?: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = { "tidegate-method": method, "tidegate-path": path };
    if (contentType) headers["tidegate-content-type"] = contentType;
    const answer = invoke<ArrayBuffer>("request", await bytesOf(body), { headers });
    return unframe(await (signal ? Promise.race([answer, aborted(signal)]) : answer));
  }

  subscribe(live: (tick: Live) => void, connected: (yes: boolean) => void): () => void {
    const channel = new Channel<Live>();
    let last = Date.now();
    let stopped = false;
    channel.onmessage = (tick) => {
      if (stopped) return;
      last = Date.now();
      live(tick);
    };
    invoke("subscribe", { live: channel }).then(
      () => connected(true),
      () => connected(false),
    );
    const watch = setInterval(() => connected(Date.now() - last < SILENT_MS), SILENT_MS);
    return () => {
      stopped = true;
      clearInterval(watch);
    };
  }

  onDrop(handler: (event: DropEvent) => void): () => void {
    const unlisten = listen<Drag>("drag", ({ payload }) => {
      handler(payload.state === "dropped" ? { state: "dropped", files: payload.files.map(incoming) } : payload);
    });
    return () => void unlisten.then((stop) => stop());
  }

  async openFiles(wanted: Wanted): Promise<IncomingFile[]> {
    return (await invoke<Incoming[]>("open_files", { wanted })).map(incoming);
  }
}

/** The path stays in the shell: the page holds a token for it. */
function incoming({ token, file_name }: Incoming): IncomingFile {
  const send = (command: string) => invoke<ArrayBuffer>(command, { token });
  return {
    name: file_name,
    stage: async () => expectJson<Staged>(unframe(await send("stage"))),
    register: async () => expectJson<DatasetDetail>(unframe(await send("register"))),
  };
}

/** Rejects once the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const tell = () => reject(signal.reason as Error);
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell, { once: true });
  });
}

async function bytesOf(body: Body | undefined): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (typeof body === "string") return new TextEncoder().encode(body);
  return body instanceof Blob ? new Uint8Array(await body.arrayBuffer()) : body;
}

/** Reads a framed answer. */
export function unframe(framed: ArrayBuffer): Response {
  const length = new DataView(framed).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(framed, 4, length))) as {
    status: number;
    headers: [string, string][];
  };
  // A Response refuses any body, even an empty one, for these.
  const body = [204, 205, 304].includes(head.status) ? null : framed.slice(4 + length);
  return new Response(body, { status: head.status, headers: head.headers });
}
