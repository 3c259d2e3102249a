/** What starts retrainings, in words. Pure. */
import type { TriggerBlockKind, TriggerKind, Triggers } from "../backend/types";

const KINDS: Record<TriggerKind, string> = {
  drift: "an alert",
  schedule: "schedule",
  performance: "worse answers",
  new_labels: "new labels",
  file: "a changed file",
};

const BLOCKS: Record<TriggerBlockKind, string> = {
  running: "a run was under way",
  awaits_decision: "a run waited for a decision",
  cooling_down: "it cooled down",
  refused: "it could not start",
  budget: "the day's budget was spent",
  quiet_hours: "it was quiet",
};

export const kindText = (kind: TriggerKind): string => KINDS[kind];
export const blockText = (kind: TriggerBlockKind): string => BLOCKS[kind];

/** How many conditions can start a run. */
export function conditionsSet(triggers: Triggers): number {
  const { on_drift, schedule, performance, new_labels, file } = triggers;
  return [on_drift, schedule, performance, new_labels, file].filter(Boolean).length;
}

/** `a, b and c`. */
export function listed(parts: string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${last}` : last;
}
