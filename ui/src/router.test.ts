import { describe, expect, it } from "vitest";
import { href, modelHref, parse, router } from "./router.svelte";

describe("addresses", () => {
  it("reads deep links", () => {
    const route = parse("#/models/churn/versions?range=24h");
    expect(route.place).toEqual({ screen: "model", name: "churn", tab: "versions" });
    expect(route.query.get("range")).toBe("24h");
  });
  it("falls back to monitor and to the fleet", () => {
    expect(parse("#/models/churn").place).toEqual({ screen: "model", name: "churn", tab: "monitor" });
    expect(parse("#/models/churn/nonsense").place).toEqual({ screen: "model", name: "churn", tab: "monitor" });
    for (const hash of ["", "#", "#/", "#/nowhere"]) expect(parse(hash).place).toEqual({ screen: "fleet" });
  });
  it("reads back what it writes, also for odd names", () => {
    for (const name of ["churn", "a b/c?d#e", "größe", "100%"]) {
      expect(parse(modelHref(name, "retrain")).place).toEqual({ screen: "model", name, tab: "retrain" });
    }
    expect(parse("#/models/100%/monitor").place).toMatchObject({ name: "100%" });
  });
  it("leaves empty query values out", () => {
    expect(href({ screen: "alerts" }, { state: undefined, model: "churn" })).toBe("#/alerts?model=churn");
  });
});

describe("the router", () => {
  it("changes the query in place", () => {
    location.hash = "#/models/churn/monitor?range=1h";
    router.route = parse(location.hash);
    const before = history.length;
    router.setQuery({ range: "7d", version: "3" });
    expect(location.hash).toBe("#/models/churn/monitor?range=7d&version=3");
    expect(router.route.query.get("range")).toBe("7d");
    expect(history.length).toBe(before);
  });
});
