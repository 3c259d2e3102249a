/** Drift told in other people's terms. Pure. */
import type { ColumnDrift, DriftDefinition, DriftMethod } from "../../backend/types";
import { count, decimals, percent } from "../../format";
import type { Source } from "../../widgets/source";
import { pText } from "../sources";

/** Ours, on every prediction as it comes; the others are computed from recorded rows when asked for. */
export type Terms = "live" | DriftDefinition;

export const TERMS: { value: Terms; label: string; title: string }[] = [
  { value: "live", label: "Live", title: "PSI on fixed bins, every prediction as it comes" },
  {
    value: "evidently",
    label: "Evidently",
    title: "recorded rows, the test chosen by type and size, as Evidently 0.7",
  },
  {
    value: "nannyml",
    label: "NannyML",
    title: "recorded rows, Jensen-Shannon against the reference's own spread, as NannyML 0.13",
  },
  {
    value: "scipy",
    label: "scipy",
    title: "recorded rows, Kolmogorov-Smirnov and chi-square, adjusted for the number of inputs",
  },
];

const METHODS: Record<DriftMethod, string> = {
  kolmogorov_smirnov: "Kolmogorov-Smirnov p",
  chi_square: "chi-square p",
  z: "z-test p",
  wasserstein_normed: "Wasserstein, normed",
  jensen_shannon: "Jensen-Shannon",
  psi: "PSI",
  kullback_leibler: "Kullback-Leibler",
  hellinger: "Hellinger",
  energy: "energy distance",
  cramer_von_mises: "Cramér-von Mises p",
  t: "t-test p",
  chi_square_contingency: "chi-square p",
  jensen_shannon_base2: "Jensen-Shannon, base 2",
  domain_classifier: "domain classifier AUC",
  maximum_mean_discrepancy: "maximum mean discrepancy p",
};

export const methodText = (method: DriftMethod | null | undefined): string => (method ? METHODS[method] : "no test");

/** A score as its test is read: p-values never as 0. */
export function scoreText(column: ColumnDrift): string {
  if (typeof column.score !== "number") return "–";
  return typeof column.p_value === "number" ? pText(column.score) : decimals(column.score, 3);
}

/** "drift at or below 0.05". */
export function limitText(column: ColumnDrift): string {
  if (typeof column.threshold !== "number") return "";
  return `${typeof column.p_value === "number" ? "below" : "above"} ${Number(column.threshold.toPrecision(3))}`;
}

/** Where a column's score comes from. */
export function columnSource(column: ColumnDrift, window: string): Source {
  const pairs: [string, string | undefined][] = [
    ["Test", methodText(column.test)],
    ["Score", `${scoreText(column)}, drift ${limitText(column)}`],
    ["PSI", typeof column.psi === "number" ? decimals(column.psi, 3) : undefined],
    [
      "Mean",
      typeof column.shift === "number" ? `moved by ${decimals(column.shift, 2)} standard deviations` : undefined,
    ],
    ["Rows", `${count(column.n_current)} in the window, ${count(column.n_reference)} in the reference`],
    ["Missing", missing(column)],
    ["Window", window],
  ];
  return { title: column.name, lines: pairs.flatMap(([label, text]) => (text ? [{ label, text }] : [])) };
}

function missing(column: ColumnDrift): string | undefined {
  if (column.missing_current + column.missing_reference === 0) return undefined;
  const share = (absent: number, there: number) => percent(absent / Math.max(1, absent + there));
  return `${share(column.missing_current, column.n_current)} now, ${share(column.missing_reference, column.n_reference)} in the reference`;
}
