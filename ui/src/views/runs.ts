/** Retraining runs in words. Pure. */
import { runnerText } from "./runner";
import { count, joined, duration, number, percent, plural } from "../format";
import { METRICS } from "./gates";
import { kindText, listed } from "./triggers";
import type { DryRun, Plan, Run, RunState, Schema } from "../backend/types";

export function isOver(state: RunState): boolean {
  return !["queued", "preparing", "training", "comparing"].includes(state);
}

/** Whether its search ended before its time. */
export function canResume(run: Run): boolean {
  const cut = ["interrupted", "cancelled", "failed"].includes(run.state) && !run.challenger;
  return cut && Boolean(run.study?.trials.length);
}

/** Whether it is still looking for settings: its progress then counts trials. */
export function isSearching(run: Run): boolean {
  const { study, progress } = run;
  if (!study || isOver(run.state)) return false;
  return (
    progress.length === 1 && progress[0]?.step === study.trials.length && progress[0].total === study.search.trials
  );
}

/** Why it started. */
export function runTrigger(run: Run): string {
  switch (run.trigger.by) {
    case "hand":
      return `started by ${run.trigger.who}`;
    case "conditions": {
      const held = run.trigger.conditions.filter((condition) => condition.holds);
      return `started by ${listed(held.map((condition) => kindText(condition.kind)))}`;
    }
    case "drift":
      return `started by drift of ${run.trigger.subject}`;
    case "schedule":
      return `started on schedule (${run.trigger.cron})`;
  }
}

const OUTCOMES: Record<RunState, string> = {
  queued: "waiting for its turn",
  preparing: "collecting rows",
  training: "training",
  comparing: "comparing",
  held: "waiting for a decision",
  canary: "answering a share of the requests",
  promoted: "promoted",
  stepped_back: "stepped back on live requests",
  failed: "failed",
  cancelled: "cancelled",
  interrupted: "interrupted when the program ended",
};

/** How far it is; a run that waits says its place in line. */
export function stateText(state: RunState, position: number | null | undefined): string {
  return state === "queued" && position ? `waiting for its turn, ${ordinal(position)} in line` : OUTCOMES[state];
}

function ordinal(place: number): string {
  const teen = place % 100 >= 11 && place % 100 <= 13;
  return `${place}${teen ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th")}`;
}

export function runOutcome(run: Run, position?: number | null): string {
  if (run.state === "queued") return stateText(run.state, position);
  if (run.state === "held" && run.comparison && !run.comparison.passed) return "held back by the gate";
  if (run.state === "held") return "passed every gate, waiting for a person";
  return OUTCOMES[run.state];
}

export type StepState = "done" | "now" | "next" | "failed";

/** The five steps of a run and how far it is with each. */
export function stepStates(state: RunState, reached: number): StepState[] {
  const at = { queued: 0, preparing: 0, training: 2, comparing: 3 }[state as string];
  return [0, 1, 2, 3, 4].map((step) => {
    if (at !== undefined) return step < at ? "done" : step === at ? "now" : "next";
    if (state === "held" || state === "canary") return step < 4 ? "done" : "now";
    if (state === "promoted") return "done";
    return step < reached ? "done" : step === reached ? "failed" : "next";
  });
}

/** The first step that a run which ended early did not finish. */
export function reachedStep(run: Run): number {
  if (run.comparison) return 4;
  if (run.challenger) return 3;
  return run.progress.length || run.job ? 2 : 0;
}

/** A number of hours as people say it. */
export function hoursText(hours: number): string {
  return hours % 24 === 0 ? plural(hours / 24, "day") : plural(hours, "hour");
}

/** What the method step says. */
export function methodText(plan: Plan, trainer: string | null | undefined): string {
  const runner = plan.runner;
  if (runner && runner.kind !== "builtin") return `Handed over: ${runnerText(runner)}`;
  const boosted = trainer === "boosted_trees";
  const network = trainer === "neural_network";
  const forest = trainer === "random_forest";
  const what = boosted
    ? "Boosted trees"
    : forest
      ? "Random forest"
      : network
        ? "Neural network"
        : trainer === "linear"
          ? "Linear model"
          : "Native trainer";
  const how = plan.mode === "continue" ? "continued from the champion" : "fitted again from the start";
  const most = `at most ${count(plan.rounds)} ${network ? "epochs" : "iterations"}`;
  const rounds = boosted || forest ? `${count(plan.rounds)} trees` : most;
  const weight = plan.new_weight === 1 ? "" : `, new rows counted ${number(plan.new_weight)} times`;
  const search = plan.search ? `the best of at most ${plural(plan.search.trials, "trial")}` : rounds;
  return `${what}, ${how}: ${search}${weight}`;
}

/** What the data step says before a run starts. */
export function dataText(dry: DryRun, sets = 0): string {
  const old = dry.reference_rows ? ` and ${plural(dry.reference_rows, "reference row")}` : "";
  const held = dry.held_out_new + dry.held_out_old;
  const fresh = plural(dry.labelled, sets ? "new row" : "labelled prediction");
  return `${fresh}${old}; ${count(held)} held out, ${count(dry.train_rows)} to train on`;
}

/** What the gate step says. Margins are points of accuracy, or a share of an error. */
export function gateText(plan: Plan, task: Schema["task"]): string {
  const { gates } = plan;
  const worse = (margin: number) =>
    task === "regression" ? percent(margin, 0) : `${count(Math.round(margin * 1000) / 10)} points`;
  const sure = `with ${number(gates.confidence * 100)}% confidence`;
  const parts = [
    gates.new_margin > 0
      ? `new rows at most ${worse(gates.new_margin)} worse, ${sure}`
      : `not worse on new rows, ${sure}`,
    `at most ${worse(gates.old_margin)} worse on old rows`,
    `run time at most ${gates.latency_factor}×`,
    gates.slices ? `no part of the rows ${worse(gates.slices.margin)} worse` : "",
    ...gates.metrics.map((gate) => METRICS.find((metric) => metric.metric === gate.metric)?.title ?? ""),
    gates.size_factor ? `file at most ${gates.size_factor}×` : "",
    gates.approval ? "approval by a person" : "",
  ];
  const text = parts.filter(Boolean).join(", ");
  return text[0]?.toUpperCase() + text.slice(1);
}

/** `Tree 68 of 100, about 4 s left`. */
export function progressText(run: Run, now: number, unit: string): string {
  const last = run.job?.total ? run.job : run.progress.at(-1);
  if (!last) return run.job?.state || "starting";
  const text = `${unit} ${count(last.step)} of ${count(last.total)}`;
  const left = run.started && last.step > 2 ? ((now - run.started) / last.step) * (last.total - last.step) : 0;
  return left > 500 ? `${text}, about ${joined(duration(Math.ceil(left / 1000) * 1000)).replace(".0", "")} left` : text;
}
