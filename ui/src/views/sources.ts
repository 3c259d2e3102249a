/**
 * Where each number of Monitor comes from, in words. Pure.
 *
 * Says what the engine computes; when a definition changes there, its sentence changes here.
 */
import type {
  Baseline,
  Drift,
  DriftEffect,
  FeatureDrift,
  MetricView,
  MonitorView,
  Moved,
  Recording,
  Tile,
  Together,
} from "../backend/types";
import { count, decimals, moment, percent, plural } from "../format";
import type { Source } from "../widgets/source";
import { metricDefinition, metricTitle } from "./metrics";
import { methodText } from "./monitor/reports";
import { unrecordedNote } from "./recording";

type Lines = Source["lines"];

/** Leaves out what has nothing to say. */
function lines(pairs: [string, string | undefined][]): Lines {
  return pairs.flatMap(([label, text]) => (text ? [{ label, text }] : []));
}

/** "14:00 to 15:00". */
export function rangeText(view: Pick<MonitorView, "from" | "to">, now: number): string {
  return `${moment(view.from, now)} to ${moment(view.to, now)}`;
}

/** What drift is measured against. */
export function baselineText(baseline: Baseline): string {
  if (baseline.rows < baseline.needed) {
    return `still being learnt, ${count(baseline.rows)} of ${count(baseline.needed)} predictions`;
  }
  return baseline.from === "reference"
    ? `the reference data set, ${plural(baseline.rows, "row")}`
    : `the first ${plural(baseline.rows, "prediction")} of the version`;
}

const windowText = (view: MonitorView) => `the newest ${plural(Math.round(view.window_s / 60), "minute")}`;

const TILES: Record<string, { what: string; formula?: string; window: "range" | "window" }> = {
  requests: {
    what: "requests for a prediction, answered or failed",
    formula: "requests ÷ seconds of the range",
    window: "range",
  },
  latency: {
    what: "99 of 100 answers took no longer, from the request's arrival to the answer, waiting included",
    formula: "quantile of a merged histogram, at most 1% off",
    window: "range",
  },
  errors: {
    what: "requests the model failed to answer; a request with a mistake of its own is refused and not counted",
    formula: "failed ÷ all requests",
    window: "range",
  },
  quality: { what: "by the time of the prediction, whenever its label came", window: "range" },
  labels: {
    what: "predictions whose true answer is known by now",
    formula: "labelled rows ÷ predicted rows",
    window: "range",
  },
  drift: {
    what: "inputs whose distribution moved away from the baseline by more than chance",
    formula:
      "population stability index on fixed bins, 0.2 or more, beyond what windows of this size show by chance, and significant among all inputs (chi-square, Benjamini-Hochberg at 1%)",
    window: "window",
  },
};

/** Where the number of a tile comes from. */
export function tileSource(tile: Tile, view: MonitorView, now: number, recording?: Recording): Source {
  const known = TILES[tile.key];
  const quality = tile.key === "quality" ? view.metrics.find((one) => metricTitle(one.name) === tile.title) : undefined;
  const drift = tile.key === "drift";
  return {
    title: tile.title,
    lines: lines([
      ["What", quality ? `${metricDefinition(quality.name) ?? tile.title}, ${known?.what}` : known?.what],
      ["How", quality ? interval(quality) : known?.formula],
      ["Rows", quality ? `${count(quality.n)} with a label` : drift ? driftRows(view) : undefined],
      ["Window", known?.window === "window" ? windowText(view) : rangeText(view, now)],
      ["But", tile.key === "labels" && recording ? unrecordedNote(recording) : undefined],
      ["Against", drift ? baselineText(view.baseline) : tile.key === "labels" ? undefined : beforeText(tile)],
    ]),
  };
}

/** Tiles that name a change name it against the range before. */
function beforeText(tile: Tile): string | undefined {
  return /higher|lower|before/.test(tile.detail) ? "the range of the same length before this one" : undefined;
}

function driftRows(view: MonitorView): string | undefined {
  const first = view.drift[0];
  return first && `${count(first.n)} in the window, ${count(first.n_reference)} in the baseline`;
}

function interval(metric: MetricView): string | undefined {
  return typeof metric.low === "number" ? "with its 95% interval" : undefined;
}

/** Where one metric comes from. */
export function metricSource(metric: MetricView, view: Pick<MonitorView, "from" | "to">, now: number): Source {
  return {
    title: metricTitle(metric.name),
    lines: lines([
      ["What", metricDefinition(metric.name)],
      ["Rows", `${count(metric.n)} with a label`],
      ["Window", `${rangeText(view, now)}, by the time of the prediction`],
    ]),
  };
}

/** Where the drift of one input comes from, with what else was measured. */
export function driftSource(drift: FeatureDrift, view: MonitorView): Source {
  const { ks, chi_square } = drift;
  return {
    title: `Drift of ${drift.feature}`,
    lines: lines([
      ["PSI", `${decimals(drift.psi, 3)}; without drift 95 of 100 windows stay below ${decimals(drift.psi_noise, 3)}`],
      ["Formula", "sum of (reference − now) × ln(reference ÷ now) over bins fixed by the baseline"],
      ...textLines(drift),
      ...vectorLines(drift),
      ["Size", effectText(drift)],
      ["Other tests", otherTests(drift)],
      ["Rows", `${count(drift.n)} in the window, ${count(drift.n_reference)} in the baseline${leastText(drift)}`],
      ["Window", windowText(view)],
      ["Against", baselineText(view.baseline)],
      ["Exactness", ks || chi_square ? exactness(drift) : undefined],
    ]),
  };
}

/** The PSI above is that of what moved most among these. */
function textLines({ text, p }: FeatureDrift): [string, string | undefined][] {
  if (!text) return [];
  const usual = `usually ${percent(text.unknown_usual)}`;
  return [
    ["Of what moved most", `characters, words, and unknown words of a text; p ${pText(p)} for all three`],
    ["Characters", movedText(text.characters)],
    ["Words", movedText(text.words)],
    [
      "Unknown words",
      `${percent(text.unknown)} of ${count(text.looked_at)}, ${usual}; PSI ${psiText(text.unknown_psi)}, one-sided z-test between texts p ${pText(text.unknown_p)}`,
    ],
    ["New words", text.new_words.length ? text.new_words.join(", ") : undefined],
    ["Texts without a known word", percent(text.strange)],
  ];
}

function vectorLines({ vector, p }: FeatureDrift): [string, string | undefined][] {
  if (!vector) return [];
  const { width, components, unusable } = vector;
  return [
    ["Of what moved most", `length, distance, components and elements of a vector; p ${pText(p)} for all of them`],
    ["Distance from the centre", movedText(vector.distance)],
    ["Length", movedText(vector.norm)],
    ["Left out by components", vector.residual ? movedText(vector.residual) : undefined],
    ["Components", `${count(vector.components_drifted)} of ${count(components)} drifted`],
    ["Elements", `${percent(vector.share_moved)} of ${count(width)} moved by 0.1 standard deviations or more`],
    [
      "Between the means",
      `${decimals(vector.between_means, 3)}; so many rows give ${decimals(vector.between_means_expected, 3)} without drift`,
    ],
    [
      "Unusable",
      unusable ? `${plural(unusable, "row")} of another width, or with an element that is no number` : undefined,
    ],
  ];
}

const movedText = (moved: Moved) =>
  `mean ${decimals(moved.reference, 3)} → ${decimals(moved.current, 3)}, PSI ${psiText(moved.psi)}`;

/** Where the drift of the predictions comes from; the rows' own word, where they decided. */
export function predictionSource(drift: Drift, view: MonitorView): Source {
  const exact = view.prediction_exact;
  const { lines: known } = driftSource({ ...drift, feature: "the predictions" }, view);
  const decided = exact
    ? `${exact.test ? methodText(exact.test) : "the rows"} on ${count(exact.n_current)} rows${typeof exact.p_value === "number" ? `, p ${pText(exact.p_value)}` : ""}`
    : undefined;
  return { title: "Drift of the predictions", lines: [...known, ...lines([["Decided by", decided]])] };
}

/** Where the error of columns together comes from. */
export function togetherSource(together: Together, view: MonitorView): Source {
  const of = `${count(together.components)} principal components of ${count(together.columns)} columns`;
  return {
    title: "Columns together",
    lines: lines([
      [
        "Error",
        `${decimals(together.error, 3)}; so many rows stay from ${decimals(together.low, 3)} to ${decimals(together.high, 3)}`,
      ],
      [
        "Formula",
        `mean length of what ${of} (${percent(together.kept)} of the variance) leave out of a standardised row`,
      ],
      ["Size", `${decimals(Math.abs(together.effect), 2)} standard deviations of a row's error; 0.5 or more is drift`],
      ["Test", `three standard errors; p ${pText(together.p)}`],
      [
        "Rows",
        `${count(together.n)} in the window, of many at once the first; ${count(together.n_reference)} in the baseline`,
      ],
      ["Window", windowText(view)],
      ["Against", baselineText(view.baseline)],
    ]),
  };
}

/** Where the verdict on an input's drift comes from. */
export function effectSource(effect: DriftEffect): Source {
  const { flipped, loss } = effect;
  return {
    title: `Effect of ${effect.feature}`,
    lines: lines([
      ["Verdict", effect.sentence],
      ["How", "the model is asked recorded rows again, with this input's values mapped back to the baseline's"],
      ["Answers", `move by ${decimals(effect.effect, 3)} on average, ${percent(effect.share)} of their spread`],
      ["Classes", typeof flipped === "number" ? `${percent(flipped)} of the rows get another class` : undefined],
      ["Loss", typeof loss === "number" ? lossText(loss) : undefined],
    ]),
  };
}

function lossText(loss: number): string {
  const size = decimals(Math.abs(loss), 3);
  return loss >= 0 ? `${size} lower without the drift` : `${size} higher without the drift`;
}

/** How large the difference is, whatever the rows. */
function effectText(drift: FeatureDrift): string | undefined {
  const { size, cliffs_delta, cramers_v } = drift.effect;
  if (!size) return undefined;
  if (typeof cliffs_delta === "number") return `${size} (Cliff's delta ${decimals(cliffs_delta, 2)})`;
  return typeof cramers_v === "number" ? `${size} (Cramér's V ${decimals(cramers_v, 2)})` : size;
}

/** What so many rows can show at all. */
function leastText(drift: FeatureDrift): string {
  if (typeof drift.smallest_detectable !== "number") return "";
  const least = decimals(drift.smallest_detectable, 2);
  const unit = typeof drift.effect.cramers_v === "number" ? "Cramér's V of" : "standard deviations";
  return `; enough to see a shift of ${unit.startsWith("C") ? `${unit} ${least}` : `${least} ${unit}`}`;
}

function otherTests(drift: FeatureDrift): string {
  const parts = [`Jensen-Shannon ${decimals(drift.js, 3)}`];
  if (drift.chi_square) parts.push(`chi-square p ${pText(drift.chi_square.p)}`);
  if (drift.ks) parts.push(`KS D ${decimals(drift.ks.statistic, 3)}, p ${pText(drift.ks.p)}`);
  return parts.join("; ");
}

function exactness(drift: FeatureDrift): string {
  if (!drift.ks || typeof drift.ks_bound !== "number") return "exact: every row of the window is counted";
  const [low, high] = [drift.ks.statistic, drift.ks_bound].map((one) => decimals(one, 3));
  return `PSI and chi-square are exact; the true KS D lies between ${low} and ${high}`;
}

/** A p-value as it is read: never 0. */
export function pText(p: number): string {
  if (p < 0.001) return "below 0.001";
  return p > 0.1 ? decimals(p, 2) : decimals(p, 3);
}

/** A PSI as a reader wants it. */
export const psiText = (psi: number): string => decimals(psi, 2);
