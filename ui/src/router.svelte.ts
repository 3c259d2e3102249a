/**
 * Addresses of screens, in the hash so that they work in the window, in a browser and from a file.
 * Every screen has one, so that any state worth showing someone can be linked to.
 */

export const TABS = ["monitor", "evaluate", "quality", "playground", "versions", "retrain", "settings"] as const;
export type Tab = (typeof TABS)[number];

export type Place =
  | { screen: "fleet" }
  | { screen: "alerts" }
  | { screen: "settings" }
  | { screen: "data"; id?: number }
  | { screen: "model"; name: string; tab: Tab };

export interface Route {
  place: Place;
  query: URLSearchParams;
}

/** Reads a hash such as `#/models/churn/monitor?range=24h`; anything unknown is the fleet. */
export function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?", 2);
  const query = new URLSearchParams(search);
  const [screen, name, tab] = path.split("/").filter(Boolean);
  if (screen === "alerts" || screen === "settings") return { place: { screen }, query };
  if (screen === "data") return { place: { screen, id: /^\d+$/.test(name ?? "") ? Number(name) : undefined }, query };
  if (screen === "models" && name) {
    const known = TABS.find((one) => one === tab) ?? "monitor";
    return { place: { screen: "model", name: decode(name), tab: known }, query };
  }
  return { place: { screen: "fleet" }, query };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The hash of a place. */
export function href(place: Place, query?: Record<string, string | undefined>): string {
  const path =
    place.screen === "fleet"
      ? "/"
      : place.screen === "model"
        ? `/models/${encodeURIComponent(place.name)}/${place.tab}`
        : place.screen === "data" && place.id !== undefined
          ? `/data/${place.id}`
          : `/${place.screen}`;
  const pairs = Object.entries(query ?? {}).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return `#${path}${pairs.length ? `?${new URLSearchParams(pairs)}` : ""}`;
}

/** The hash of one tab of a model. */
export function modelHref(name: string, tab: Tab = "monitor", query?: Record<string, string | undefined>): string {
  return href({ screen: "model", name, tab }, query);
}

class Router {
  route = $state.raw<Route>(parse(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.route = parse(location.hash)));
  }

  go(hash: string): void {
    location.hash = hash;
  }

  /** Changes the query of the present place without a step in the history. */
  setQuery(changes: Record<string, string | undefined>): void {
    const query = { ...Object.fromEntries(this.route.query), ...changes };
    history.replaceState(history.state, "", href(this.route.place, query));
    this.route = parse(location.hash);
  }
}

export const router = new Router();
