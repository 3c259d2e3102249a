/** Short messages about what just happened, each with a way back where there is one. */
import { ApiError, copyable } from "../backend";

export interface Toast {
  id: number;
  text: string;
  kind: "done" | "news" | "error";
  /** What to do about an error. */
  hint?: string;
  /** Copied by the copy button; errors always have it. */
  detail?: string;
  undo?: () => void | Promise<void>;
  /** Where to look at it. */
  href?: string;
}

const SHOWN_MS = 7_000;
let last = 0;

class Toasts {
  list = $state<Toast[]>([]);

  done(text: string, undo?: Toast["undo"]): void {
    this.#add({ id: (last += 1), text, kind: "done", undo });
  }

  /** Something that happened without the reader's doing. */
  news(text: string, href?: string): void {
    this.#add({ id: (last += 1), text, kind: "news", href });
  }

  /** Errors stay until they are closed. */
  error(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const hint = error instanceof ApiError ? error.hint : undefined;
    this.#add({ id: (last += 1), text, kind: "error", hint, detail: copyable(error) });
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(toast: Toast): void {
    this.list = [...this.list.filter((one) => one.text !== toast.text), toast].slice(-4);
    if (toast.kind !== "error") setTimeout(() => this.close(toast.id), SHOWN_MS);
  }
}

export const toasts = new Toasts();

/** Runs an action and shows its error, if any, as a toast; true when it went well. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toasts.error(error);
    return false;
  }
}
