/** New quality checks: which kinds suit a column, and what each begins with. Pure. */
import type { Expectation, QualityCheck } from "../backend/types";

export type NewKind = Exclude<Expectation["kind"], "schema">;

/** What a person may ask for; `text` and `number` say which columns it suits, neither that it is about whole rows. */
const KINDS: Record<NewKind, { text?: boolean; number?: boolean; row?: boolean; what: string }> = {
  not_null: { text: true, number: true, row: true, what: "every row has a value" },
  range: { number: true, row: true, what: "each number is within limits" },
  allowed: { text: true, number: true, row: true, what: "each value is one of a list" },
  length: { text: true, row: true, what: "each text has so many characters" },
  pattern: { text: true, row: true, what: "each text is like a regular expression" },
  type: { text: true, number: true, row: true, what: "each value is of a type" },
  finite: { number: true, row: true, what: "no number is infinite" },
  null_share: { text: true, number: true, what: "few values are missing" },
  not_constant: { text: true, number: true, what: "not always the same value" },
  most_common: { text: true, number: true, what: "share of the most common value" },
  unique: { text: true, number: true, what: "share of distinct values" },
  mean: { number: true, what: "the mean is within limits" },
  std: { number: true, what: "the standard deviation is within limits" },
  quantile: { number: true, what: "a quantile is within limits" },
  correlation: { number: true, what: "it goes together with another input" },
  monotonic: { number: true, what: "values only rise, as times do" },
  duplicates: { what: "few rows repeat another" },
  row_rate: { what: "so many rows come a minute" },
  freshness: { what: "the newest row is young" },
};

export const isRowCheck = (kind: NewKind) => KINDS[kind].row ?? false;
export const meaning = (kind: NewKind) => KINDS[kind].what;

/** The kinds for a column of text or of numbers; for whole rows where neither is said. */
export function kindsFor(text: boolean | undefined): NewKind[] {
  return (Object.keys(KINDS) as NewKind[]).filter((kind) => {
    const suits = KINDS[kind];
    if (text === undefined) return !suits.text && !suits.number;
    return text ? suits.text : suits.number;
  });
}

/** What a check of a kind expects before anybody set its limits. */
export function firstExpectation(kind: NewKind, text: boolean, others: string[]): Expectation {
  switch (kind) {
    case "not_null":
    case "finite":
      return { kind };
    case "type":
      return { kind, of: text ? "number" : "whole" };
    case "allowed":
      return { kind, values: [] };
    case "pattern":
      return { kind, regex: "" };
    case "null_share":
      return { kind, high: 0.02 };
    case "not_constant":
      return { kind, high: 0.99 };
    case "unique":
      return { kind, low: 0.9 };
    case "duplicates":
      return { kind, high: 0.01 };
    case "freshness":
      return { kind, high: 3600 };
    case "monotonic":
      return { kind, high: 0 };
    case "quantile":
      return { kind, q: 0.5, low: null, high: null };
    case "correlation":
      return { kind, with: others[0] ?? "", low: null, high: null };
    default:
      return { kind, low: null, high: null };
  }
}

/** A new check under an id that no other has. */
export function newCheck(column: string | undefined, expect: Expectation, taken: string[]): QualityCheck {
  const stem = `${column ?? "rows"}.${expect.kind}`;
  let id = stem;
  for (let next = 2; taken.includes(id); next += 1) id = `${stem}-${next}`;
  return {
    id,
    column: column ?? null,
    expect,
    severity: "watch",
    action: "warn",
    tolerance: 0.01,
    enabled: true,
    edited: true,
  };
}
