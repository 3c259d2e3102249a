import { expect, test } from "vitest";
import type { Study, Trial } from "../backend/types";
import { importanceEmpty, trialRows, valueText } from "./search";

const trial = (state: Trial["state"], loss: number | null, values: number[]): Trial => ({
  state,
  loss,
  values,
  rungs: [],
  steps: 11,
  took_ms: 20,
  error: state === "failed" ? "`rounds` is 0" : null,
});
const study: Study = {
  search: {
    sampler: "tpe",
    trials: 4,
    minutes: null,
    reduction: 3,
    parameters: [
      { name: "l2", domain: { kind: "real", low: 1e-5, high: 1, log: true } },
      { name: "network.batch", domain: { kind: "choice", options: ["16", "32"] } },
    ],
  },
  trials: [
    trial("stopped", 0.1, [0.000_02, 0]),
    trial("complete", 0.4, [0.123_45, 1]),
    trial("failed", null, [1, 0]),
    trial("complete", 0.2, [1, 1]),
  ],
  best: 3,
  importance: [],
};

test("the best come first, then what was stopped, then what failed", () => {
  const rows = trialRows(study);
  expect(rows.map((row) => row.number)).toEqual([4, 2, 1, 3]);
  expect(rows.map((row) => row.best)).toEqual([true, false, false, false]);
  expect(rows[1]?.values).toEqual(["0.123", "32"]);
  expect(rows[2]).toMatchObject({ values: ["2.00e-5", "16"], ended: "stopped at 11" });
  expect(rows[3]).toMatchObject({ loss: null, ended: "failed", error: "`rounds` is 0" });
});

test("how many more trials it takes to say what mattered", () => {
  expect(importanceEmpty(study)).toBe("9 more trials to say what moves it");
  const many = { ...study, trials: Array.from({ length: 12 }, () => trial("complete", 1, [1, 1])) };
  expect(importanceEmpty(many)).toBe("No parameter moved it");
  expect(valueText({ name: "rounds", domain: { kind: "whole", low: 1, high: 9, log: true } }, 7)).toBe("7");
});
