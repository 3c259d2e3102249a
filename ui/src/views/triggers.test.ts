import { describe, expect, it } from "vitest";
import type { Run } from "../backend/types";
import { DETAIL, PLAN, RUN } from "../test/fixtures";
import { namesOf, planProblem } from "./plan";
import { runTrigger } from "./runs";
import { conditionsSet, listed } from "./triggers";

describe("what starts a retraining by itself", () => {
  it("is told by the conditions that held", () => {
    const condition = { value: null, threshold: null, since: null, says: "" };
    const run: Run = {
      ...RUN,
      trigger: {
        by: "conditions",
        combine: "any",
        conditions: [
          { ...condition, kind: "drift", holds: true },
          { ...condition, kind: "file", holds: false },
          { ...condition, kind: "new_labels", holds: true },
        ],
      },
    };
    expect(runTrigger(run)).toBe("started by an alert and new labels");
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
    expect(listed([])).toBe("");
  });
  it("counts what is set", () => {
    const { triggers } = DETAIL.model.settings;
    expect(conditionsSet(triggers)).toBe(0);
    expect(conditionsSet({ ...triggers, on_drift: true, new_labels: 500 })).toBe(2);
  });
});

describe("advanced settings of a plan", () => {
  it("name the field that is out of its range", () => {
    expect(planProblem(PLAN)).toBeUndefined();
    const network = (change: Partial<typeof PLAN.network>) =>
      planProblem({ ...PLAN, network: { ...PLAN.network, ...change } });
    expect(network({ clip: 0 })).toBe("the limit of gradients must be above 0");
    expect(network({ clip: null })).toBeUndefined();
    expect(network({ warm_up: null as unknown as number })).toBe("the warm-up must be between 0 and 1");
    expect(network({ distil: 1.5 })).toBe("the share distilled must be between 0 and 1");
    const trees = { ...PLAN.trees, quantile: 2 };
    expect(planProblem({ ...PLAN, trees })).toBe("the quantile must be between 0.001 and 0.999");
  });
  it("take names with commas", () => {
    expect(namesOf(" age, income,, age ")).toEqual(["age", "income"]);
  });
});
