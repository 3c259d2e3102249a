/** The one crosshair that all charts of a screen share. */
import { getContext, setContext } from "svelte";

export class Cursor {
  /** Share (0..1) of the plot's width, so that it stays under the pointer while the charts move on. */
  share = $state<number>();
  /** The chart the pointer is in: only that one shows the tooltip. */
  owner = $state<string>();
  /** Off: each chart keeps its crosshair to itself. */
  shared = $state(true);

  move(owner: string, share: number): void {
    this.owner = owner;
    this.share = share;
  }

  leave(owner: string): void {
    if (this.owner !== owner) return;
    this.owner = undefined;
    this.share = undefined;
  }
}

const KEY = Symbol("cursor");

export function provideCursor(): Cursor {
  return setContext(KEY, new Cursor());
}

export function useCursor(): Cursor {
  return getContext<Cursor | undefined>(KEY) ?? new Cursor();
}
