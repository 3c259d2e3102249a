/** What jsdom lacks and the page uses. */
import { cleanup, configure } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  },
);
/** Everything is on screen. */
vi.stubGlobal(
  "IntersectionObserver",
  class {
    readonly #seen: (entries: Partial<IntersectionObserverEntry>[]) => void;
    constructor(seen: (entries: Partial<IntersectionObserverEntry>[]) => void) {
      this.#seen = seen;
    }
    observe(): void {
      this.#seen([{ isIntersecting: true }]);
    }
    disconnect(): void {}
  },
);
Element.prototype.scrollIntoView ??= () => undefined;

// Generous: a busy machine is not a failed test.
configure({ asyncUtilTimeout: 8_000 });

afterEach(cleanup);
