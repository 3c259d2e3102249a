/** The backend over HTTP, for a page served by `tidegate serve`. */
import type { Backend, Body, DropEvent, IncomingFile, Method, Wanted } from "./backend";
import { ApiError, expectJson } from "./errors";
import type { DatasetDetail, Live, Staged } from "./types";

/** What a browser calls "Failed to fetch". */
function unreachable(cause: unknown): Error {
  const hint = "if it was stopped, start it again: this page goes on by itself";
  const error = new ApiError(0, { error: "Tidegate does not answer", code: "unavailable", hint });
  error.cause = cause;
  return error;
}

/** How long to wait before a stream of events that ended for good is opened again. */
const REOPEN_MS = 2_000;

export class HttpBackend implements Backend {
  readonly #base: string;

  /** `base` is the server's address; empty for the one the page came from. */
  constructor(base = "") {
    this.#base = base;
  }

  request(method: Method, path: string, body?: Body, contentType?: string, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = contentType ? { "content-type": contentType } : {};
    return fetch(this.#base + path, { method, headers, body, signal }).catch((cause: unknown) => {
      throw signal?.aborted ? cause : unreachable(cause);
    });
  }

  subscribe(live: (tick: Live) => void, connected: (yes: boolean) => void): () => void {
    let events: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      events = new EventSource(`${this.#base}/api/events`);
      events.onopen = () => connected(true);
      events.onerror = () => {
        connected(false);
        // A browser tries again by itself, but not after an answer such as 503 from a server that is ending.
        if (events.readyState === EventSource.CLOSED) timer = setTimeout(open, REOPEN_MS);
      };
      events.onmessage = (message: MessageEvent<string>) => live(JSON.parse(message.data) as Live);
    };
    open();
    return () => {
      clearTimeout(timer);
      events.close();
    };
  }

  onDrop(handler: (event: DropEvent) => void): () => void {
    // `dragenter` and `dragleave` fire for every element on the way: the drag is over when as many left as came.
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const listeners: [string, (event: DragEvent) => void][] = [
      ["dragenter", () => (depth += 1) === 1 && handler({ state: "over" })],
      ["dragover", () => {}],
      ["dragleave", () => (depth -= 1) <= 0 && handler({ state: "left" })],
      [
        "drop",
        (event) => {
          depth = 0;
          handler({ state: "dropped", files: Array.from(event.dataTransfer?.files ?? [], (file) => this.#file(file)) });
        },
      ],
    ];
    const stop = new AbortController();
    for (const [name, listener] of listeners) {
      const onEvent = (event: Event) => {
        if (!carriesFiles(event as DragEvent)) return;
        event.preventDefault();
        listener(event as DragEvent);
      };
      addEventListener(name, onEvent, { signal: stop.signal });
    }
    return () => stop.abort();
  }

  openFiles(wanted: Wanted): Promise<IncomingFile[]> {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    if (wanted === "data") input.accept = ".csv,.gz,.parquet,.pq";
    return new Promise((resolve) => {
      input.addEventListener("change", () => resolve(Array.from(input.files ?? [], (file) => this.#file(file))));
      input.addEventListener("cancel", () => resolve([]));
      input.click();
    });
  }

  #file(file: File): IncomingFile {
    const send = (path: string) =>
      this.request("POST", `${path}?filename=${encodeURIComponent(file.name)}`, file, "application/octet-stream");
    return {
      name: file.name,
      stage: async () => expectJson<Staged>(await send("/api/imports")),
      register: async () => expectJson<DatasetDetail>(await send("/api/datasets/upload")),
    };
  }
}
