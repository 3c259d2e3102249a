/** Quality checks as the server gives them, for tests. */
import type {
  CheckState,
  Expectation,
  QualityCheck,
  QualityCheckView,
  QualityColumn,
  QualityView,
} from "../backend/types";
import { NOW } from "./fixtures";

export const COLUMNS: QualityColumn[] = ["age", "bmi", "sex"].map((name) => ({ name, kind: "numeric", text: false }));

/** `age.range` is a range of the column `age`. */
export function check(id: string, expect: Expectation = { kind: "range", low: 0, high: 120 }): QualityCheck {
  return {
    id,
    column: id.split(".")[0],
    expect,
    severity: "watch",
    action: "warn",
    tolerance: 0.01,
    enabled: true,
    edited: false,
  };
}

export function view(one: QualityCheck, state: CheckState): QualityCheckView {
  const level = ["range", "allowed", "schema"].includes(one.expect.kind) ? "row" : "window";
  return {
    check: one,
    title: `${one.column ?? "rows"} ${one.expect.kind}`,
    level,
    outcome: {
      state,
      observed: state === "failed" ? 0.032 : 0,
      seen: state === "failed" ? "3.2%" : "0%",
      expected: "0 to 120",
      n: 2_000,
      sentence: `${one.id} ${state}`,
    },
    violations: 0,
    since: state === "failed" ? NOW - 840_000 : null,
    over_time: [0, null, 0.032],
  };
}

export function qualityView(checks: QualityCheckView[], change: Partial<QualityView> = {}): QualityView {
  const count = (state: CheckState) => checks.filter((one) => one.outcome.state === state).length;
  return {
    version: 1,
    now: NOW,
    from: NOW - 3_600_000,
    to: NOW,
    learnt: { from: "reference", from_traffic: false, rows: 309, time: NOW - 7_200_000 },
    baseline_rows: 309,
    baseline_needed: 309,
    totals: {
      rows: 2_000,
      violating_rows: 64,
      tagged_rows: 3,
      rejected_rows: 8,
      rejected_requests: 2,
      failed: count("failed"),
      failed_act: 0,
      passed: count("passed"),
      not_enough: count("not_enough"),
      off: count("off"),
    },
    columns: COLUMNS,
    times: [NOW - 120_000, NOW - 60_000, NOW],
    step_ms: 60_000,
    checks,
    ...change,
  };
}
