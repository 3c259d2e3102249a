import { describe, expect, it } from "vitest";
import type { Run } from "../backend/types";
import { dataText, gateText, methodText, progressText, reachedStep, runOutcome, runTrigger, stepStates } from "./runs";
import { PLAN, RUN } from "../test/fixtures";

describe("a run in words", () => {
  it("says why it started and how it ended", () => {
    expect(runTrigger(RUN)).toBe("started by drift of income");
    expect(runOutcome({ ...RUN, state: "held" })).toBe("held back by the gate");
    const passed: Run = { ...RUN, state: "held", comparison: { rows_new: 1, rows_old: 1, lines: [], passed: true } };
    expect(runOutcome(passed)).toBe("passed every gate, waiting for a person");
  });
  it("marks the steps it went through", () => {
    expect(stepStates("training", 0)).toEqual(["done", "done", "now", "next", "next"]);
    expect(stepStates("promoted", 0)).toEqual(["done", "done", "done", "done", "done"]);
    const failed: Run = { ...RUN, state: "failed", comparison: undefined, challenger: undefined };
    expect(stepStates("failed", reachedStep(failed))).toEqual(["done", "done", "failed", "next", "next"]);
  });
  it("tells the plan", () => {
    const plan = { ...PLAN, mode: "continue" as const, new_weight: 3 };
    expect(methodText(plan, "boosted_trees")).toBe(
      "Boosted trees, continued from the champion: 100 trees, new rows counted 3 times",
    );
    expect(methodText(PLAN, "random_forest")).toBe("Random forest, fitted again from the start: 100 trees");
    expect(methodText(PLAN, "neural_network")).toBe("Neural network, fitted again from the start: at most 100 epochs");
    expect(gateText(PLAN, "classification")).toBe(
      "Not worse on new rows, with 95% confidence, at most 5 points worse on old rows, run time at most 2×, no part of the rows 5 points worse, approval by a person",
    );
    const dry = {
      probe: { trainer: "linear" as const, modes: [], summary: "", details: [] },
      labelled: 11232,
      reference_rows: 20000,
      train_rows: 26432,
      held_out_new: 4800,
      held_out_old: 0,
      data: { parts: [], removed: 0, warnings: [] },
      obstacles: [],
    };
    expect(dataText(dry)).toBe(
      "11,232 labelled predictions and 20,000 reference rows; 4,800 held out, 26,432 to train on",
    );
  });
  it("estimates what is left from the pace so far", () => {
    const run: Run = { ...RUN, started: 1_000_000, progress: [{ step: 68, total: 100, loss: 0.3 }] };
    expect(progressText(run, 1_000_000 + 8_500, "Tree")).toBe("Tree 68 of 100, about 4 s left");
    expect(progressText({ ...run, progress: [] }, 0, "Tree")).toBe("starting");
  });
});
