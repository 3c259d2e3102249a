/** What a retraining does unless someone says otherwise, and what makes a plan impossible. Pure. */
import type { Plan, Search } from "../backend/types";
import { runnerProblem } from "./runner";

/** The same as the server's own defaults. */
export function defaultPlan(): Plan {
  return {
    runner: { kind: "builtin" },
    mode: "full",
    rounds: 100,
    learning_rate: 0.1,
    leaves: 31,
    l2: 1,
    new_weight: 1,
    window_h: null,
    holdout: 0.25,
    seed: 0,
    data: {
      reference: true,
      labelled: true,
      datasets: [],
      split: "newest",
      time: null,
      allow_personal: false,
    },
    network: {
      batch: 32,
      learning_rate: 0.001,
      optimiser: "adam_w",
      momentum: 0.9,
      weight_decay: 0.01,
      schedule: "cosine",
      warm_up: 0,
      clip: 1,
      patience: 10,
      huber: null,
      balanced: false,
      smoothing: 0,
      distil: 0,
      replay: null,
      ewc: 0,
      last_layers: null,
      freeze: [],
    },
    trees: { patience: null, quantile: null, rising: [], falling: [], categories: [] },
    search: null,
    gates: {
      new_margin: 0,
      old_margin: 0.05,
      confidence: 0.95,
      latency_factor: 2,
      size_factor: null,
      min_rows: 30,
      folds: 5,
      slices: { min_rows: 50, margin: 0.05 },
      metrics: [],
      outputs: { rows: 2_000, most_psi: null, least_agreement: null },
      approval: true,
    },
  };
}

/** The same as the server's own defaults. */
export function defaultSearch(): Search {
  return { sampler: "tpe", trials: 30, minutes: null, reduction: 3, parameters: [] };
}

const LIMITS: [string, (plan: Plan) => number | null, number, number][] = [
  ["trees, iterations or epochs", (plan) => plan.rounds, 1, 10_000],
  ["learning rate", (plan) => plan.learning_rate, 0.001, 1],
  ["the network's learning rate", (plan) => plan.network.learning_rate, 1e-6, 10],
  ["rows a step", (plan) => plan.network.batch, 1, 65_536],
  ["leaves", (plan) => plan.leaves, 2, 1024],
  ["L2 penalty", (plan) => plan.l2, 0, 1e9],
  ["the weight of new rows", (plan) => plan.new_weight, 0.1, 100],
  ["the held-out share", (plan) => plan.holdout, 0.05, 0.9],
  ["the margin on new rows", (plan) => plan.gates.new_margin, 0, 1e9],
  ["the margin on old rows", (plan) => plan.gates.old_margin, 0, 1e9],
  ["the growth of the run time", (plan) => plan.gates.latency_factor, 1, 100],
  ["the search's trials", (plan) => (plan.search ? plan.search.trials : 1), 1, 1_000],
  ["the search's minutes", (plan) => plan.search?.minutes ?? 1, 1, 100_000],
  ["the least held-out rows", (plan) => plan.gates.min_rows, 1, 1e9],
  ["the confidence", (plan) => plan.gates.confidence, 0.5, 0.999],
  ["the growth of the file", (plan) => plan.gates.size_factor ?? 1, 0.01, 1e6],
  ["the parts of a cross-fitted comparison", (plan) => plan.gates.folds, 0, 20],
  ["the least rows of a part", (plan) => plan.gates.slices?.min_rows ?? 50, 2, 1e9],
  ["the margin of a part", (plan) => plan.gates.slices?.margin ?? 0, 0, 1e9],
  ["the drift of answers", (plan) => plan.gates.outputs.most_psi ?? 0, 0, 1e9],
  ["the agreement of answers", (plan) => plan.gates.outputs.least_agreement ?? 0, 0, 1],
];

/** Fields that may be empty, which read as `null`. */
const OPTIONAL: [string, (plan: Plan) => number | null | undefined, number, number][] = [
  ["momentum", (plan) => plan.network.momentum, 0, 0.999],
  ["weight decay", (plan) => plan.network.weight_decay, 0, 1e9],
  ["the warm-up", (plan) => plan.network.warm_up, 0, 1],
  ["the limit of gradients", (plan) => plan.network.clip, Number.MIN_VALUE, 1e9],
  ["epochs without gain", (plan) => plan.network.patience, 1, 1e9],
  ["the reach of Huber", (plan) => plan.network.huber, Number.MIN_VALUE, 1e9],
  ["label smoothing", (plan) => plan.network.smoothing, 0, 1],
  ["the share distilled", (plan) => plan.network.distil, 0, 1],
  ["the layers that are trained", (plan) => plan.network.last_layers, 1, 1e9],
  ["old rows replayed", (plan) => plan.network.replay, 0, 1e9],
  ["the hold on old weights", (plan) => plan.network.ewc, 0, 1e9],
  ["rounds without gain", (plan) => plan.trees.patience, 1, 1e9],
  ["the quantile", (plan) => plan.trees.quantile, 0.001, 0.999],
];
/** Of these, those that must be numbers. */
const NUMBERS = [
  "momentum",
  "weight decay",
  "the warm-up",
  "label smoothing",
  "the share distilled",
  "the hold on old weights",
];

/** The first field out of its range, in words. An emptied number field reads as `null` or NaN. */
export function planProblem(plan: Plan): string | undefined {
  const missing = runnerProblem(plan.runner ?? { kind: "builtin" });
  if (missing) return missing;
  for (const [name, read, low, high] of LIMITS) {
    const value = read(plan);
    if (value === null || !(value >= low && value <= high)) {
      return high >= 1e9 ? `${name} must be at least ${low}` : `${name} must be between ${low} and ${high}`;
    }
  }
  for (const [name, read, low, high] of OPTIONAL) {
    const value = read(plan);
    const empty = value === null || value === undefined;
    if (empty ? NUMBERS.includes(name) : !(value >= low && value <= high)) {
      const least = low === Number.MIN_VALUE ? "above 0" : `at least ${low}`;
      return high >= 1e9 ? `${name} must be ${least}` : `${name} must be between ${low} and ${high}`;
    }
  }
  return undefined;
}

/** Names with commas between them, as people write them. */
export function namesOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  return [...new Set(names.filter(Boolean))];
}
export const listText = (names: string[]): string => names.join(", ");
