/** Quality checks in words, in groups, and as fields to edit. Pure. */
import type { CheckState, Expectation, QualityCheck, QualityCheckView, QualityColumn } from "../backend/types";
import { count, number } from "../format";

export const KINDS: Record<Expectation["kind"], string> = {
  schema: "columns",
  not_null: "has a value",
  finite: "finite",
  type: "type",
  range: "range",
  allowed: "allowed values",
  length: "length",
  pattern: "pattern",
  null_share: "missing values",
  not_constant: "not constant",
  most_common: "most common value",
  unique: "distinct values",
  duplicates: "repeated rows",
  mean: "mean",
  std: "standard deviation",
  quantile: "median",
  correlation: "correlation",
  row_rate: "rows a minute",
  freshness: "freshness",
  monotonic: "only rises",
};

export const STATES: Record<CheckState, string> = {
  failed: "Failed",
  passed: "Passed",
  not_enough: "Too few rows",
  off: "Off",
};

const PARTS = {
  missing: "missing columns",
  extra: "extra columns",
  type: "wrong types",
  order: "order of inputs",
};

/** What a check is called inside its group. */
export function checkName(check: QualityCheck): string {
  const expect = check.expect;
  if (expect.kind === "schema") return PARTS[expect.part];
  if (expect.kind === "correlation") return `correlation with ${expect.with}`;
  if (expect.kind === "quantile" && expect.q !== 0.5) return `quantile ${number(expect.q)}`;
  return KINDS[expect.kind];
}

/** Worst first: what failed, with what needs someone before what is to be watched. */
export function weight(view: QualityCheckView): number {
  if (view.outcome.state === "failed") return view.check.severity === "act" ? 4 : 3;
  if (view.violations > 0) return 2;
  return view.outcome.state === "off" ? 0 : 1;
}

export interface Group {
  /** The column; empty for what is asked of whole rows and of the traffic. */
  key: string;
  title: string;
  detail: string;
  checks: QualityCheckView[];
  failed: number;
  violations: number;
  worst: number;
}

/** Checks by column in the model's order, those that fail first. */
export function groups(columns: QualityColumn[], checks: QualityCheckView[]): Group[] {
  const known = new Map(columns.map((column) => [column.name, column]));
  const names = ["", ...columns.map((column) => column.name)];
  for (const { check } of checks) {
    if (check.column && !names.includes(check.column)) names.push(check.column);
  }
  return names
    .map((key): Group => {
      const own = checks.filter(({ check }) => (check.column ?? "") === key).sort((a, b) => weight(b) - weight(a));
      return {
        key,
        title: key || "Rows and traffic",
        detail: key ? (known.get(key)?.text ? "text" : (known.get(key)?.kind ?? "")) : "",
        checks: own,
        failed: own.filter((view) => view.outcome.state === "failed").length,
        violations: own.reduce((sum, view) => sum + view.violations, 0),
        worst: Math.max(0, ...own.map(weight)),
      };
    })
    .filter((group) => group.checks.length > 0)
    .sort((a, b) => b.worst - a.worst || b.failed - a.failed);
}

/** One limit of a check as a form shows it; shares are shown as percent. */
export interface Limit {
  field: string;
  label: string;
  unit: string;
  scale: number;
  value: number | null;
  required: boolean;
}

const SHARES = ["null_share", "not_constant", "most_common", "unique", "duplicates", "monotonic"];
const ONE_SIDED: Partial<Record<Expectation["kind"], "low" | "high">> = {
  null_share: "high",
  not_constant: "high",
  unique: "low",
  duplicates: "high",
  freshness: "high",
  monotonic: "high",
};
const BANDS = ["range", "length", "most_common", "mean", "std", "quantile", "correlation", "row_rate"];

export function limits(expect: Expectation): Limit[] {
  const share = SHARES.includes(expect.kind);
  const unit = share ? "%" : expect.kind === "freshness" ? "s" : "";
  const scale = share ? 100 : 1;
  const held = expect as unknown as Record<string, number | null | undefined>;
  const limit = (field: string, label: string, required: boolean): Limit => ({
    field,
    label,
    unit,
    scale,
    value: typeof held[field] === "number" ? rounded(held[field] * scale) : null,
    required,
  });
  const side = ONE_SIDED[expect.kind];
  if (side) return [limit(side, side === "low" ? "at least" : "at most", true)];
  return BANDS.includes(expect.kind) ? [limit("low", "at least", false), limit("high", "at most", false)] : [];
}

/** Without the noise of binary fractions. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

/** The check with other limits, as the form holds them (in percent where they are shares). */
export function withLimits(expect: Expectation, values: Record<string, number | null>): Expectation {
  const changed: Record<string, unknown> = { ...expect };
  for (const { field, scale } of limits(expect)) {
    const value = values[field];
    if (value !== undefined) changed[field] = value === null ? null : value / scale;
  }
  return changed as unknown as Expectation;
}

/** What stands in the way of saving a form, in words. */
export function problemOf(expect: Expectation, values: Record<string, number | null>): string | undefined {
  for (const { field, label, required, scale } of limits(expect)) {
    const value = values[field];
    if (required && (value === null || value === undefined)) return `“${label}” must be a number`;
    if (scale === 100 && typeof value === "number" && (value < 0 || value > 100)) return "a share is 0 to 100%";
  }
  const { low, high } = values;
  const open = (value: number | null | undefined) => value === null || value === undefined;
  if (BANDS.includes(expect.kind) && open(low) && open(high)) return "give at least one limit";
  if (typeof low === "number" && typeof high === "number" && low > high) return "“at least” is above “at most”";
  return undefined;
}

/** "64 of 2,000": the rows that failed and all it was put to; of a window check only these. */
export function basis(view: QualityCheckView): string {
  const n = view.outcome.n;
  if (view.outcome.state === "off") return "";
  return view.level === "row" ? `${count(view.violations)} of ${count(n)}` : count(n);
}

export function matches(group: Group, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    !wanted || group.title.toLowerCase().includes(wanted) || group.checks.some((one) => one.title.includes(wanted))
  );
}
