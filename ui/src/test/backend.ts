/** A backend that answers from a table, for tests of screens. */
import type { Backend, Body, DropEvent, IncomingFile, Method } from "../backend/backend";
import type { Live } from "../backend/types";

export interface Sent {
  method: Method;
  path: string;
  body?: unknown;
}

/** Routes are `METHOD path` without a query; an answer is JSON, or a function of the request. */
export class TableBackend implements Backend {
  readonly sent: Sent[] = [];
  readonly routes: Record<string, unknown>;
  files: IncomingFile[] = [];
  #live?: (tick: Live) => void;
  #drop?: (event: DropEvent) => void;

  constructor(routes: Record<string, unknown>) {
    this.routes = routes;
  }

  async request(
    method: Method,
    path: string,
    body?: Body,
    _contentType?: string,
    signal?: AbortSignal,
  ): Promise<Response> {
    const sent = { method, path, body: typeof body === "string" ? (JSON.parse(body) as unknown) : body };
    this.sent.push(sent);
    const found = this.routes[`${method} ${path.split("?")[0]}`];
    const stopped = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
    });
    const asked = typeof found === "function" ? (found as (sent: Sent) => unknown)(sent) : found;
    const answer: unknown = await Promise.race([asked, stopped]);
    if (answer instanceof Response) return answer;
    if (answer === undefined)
      return Response.json({ error: `no such route ${method} ${path}`, code: "not_found" }, { status: 404 });
    return answer === null ? new Response(null, { status: 204 }) : Response.json(answer);
  }
  subscribe(live: (tick: Live) => void, connected: (yes: boolean) => void): () => void {
    this.#live = live;
    connected(true);
    return () => (this.#live = undefined);
  }
  onDrop(handler: (event: DropEvent) => void): () => void {
    this.#drop = handler;
    return () => (this.#drop = undefined);
  }
  openFiles(): Promise<IncomingFile[]> {
    return Promise.resolve(this.files);
  }

  tick(live: Live): void {
    this.#live?.(live);
  }
  drop(event: DropEvent): void {
    this.#drop?.(event);
  }
}
