/** Where the number of an alert comes from: what it measures, by which test, on how many rows of which window. Pure. */
import type { AlertView, RuleChoices, Signal } from "../backend/types";
import { capitalised, count, moment } from "../format";
import type { Source } from "../widgets/source";
import { metricDefinition, metricTitle } from "./metrics";
import { figure, stretch, thresholdUnit } from "./rules";

interface Definition {
  what: string;
  test?: string;
}

const PSI = "population stability index on fixed bins: sum of (reference − now) × ln(reference ÷ now)";

/** Says what the engine computes; when a definition changes there, its sentence changes here. */
const DEFINITIONS: Record<Signal, Definition> = {
  input_drift: {
    what: `${PSI}, against the reference`,
    test: "chi-square among all inputs, Benjamini-Hochberg at 1%, and beyond what 95% of unchanged windows show",
  },
  prediction_drift: {
    what: `${PSI}, of the answers`,
    test: "beyond what 95% of unchanged windows show",
  },
  accuracy: { what: "share of right answers, by the time of the prediction", test: "the whole 99% interval" },
  mean_absolute_error: {
    what: "mean distance of the prediction from the truth, by the time of the prediction",
    test: "the whole 99% interval",
  },
  metric: { what: "by the time of the prediction" },
  error_share: { what: "requests the model failed to answer ÷ all requests" },
  latency_p50: { what: "half of the answers took no longer, waiting included; at most 1% off" },
  latency_p95: { what: "95 of 100 answers took no longer, waiting included; at most 1% off" },
  latency_p99: { what: "99 of 100 answers took no longer, waiting included; at most 1% off" },
  throughput: { what: "requests ÷ seconds of the window" },
  label_coverage: { what: "labelled rows ÷ predicted rows" },
  label_lag: { what: "mean time from the prediction to its label" },
  missing_share: { what: "values that are null, NaN or empty ÷ all values" },
  quality_violation: {
    what: "failed ÷ all of the quality checks that need somebody when they fail",
    test: "more rows fail than a check tolerates, by three standard errors",
  },
  multivariate_drift: {
    what: "mean length of what the reference's principal components leave out of a standardised row, in standard deviations of a row's",
    test: "outside of three standard errors of so many rows",
  },
  concept_drift: {
    what: "mean error after the change minus the one before, in the order labels arrive",
    test: "the detectors of the model's settings; ADWIN unless they say otherwise",
  },
};

/** What an alert compared, in full. */
export function alertSource(alert: AlertView, choices: RuleChoices | undefined, now: number): Source {
  const { why } = alert;
  const signal = choices?.signals.find((one) => one.signal === alert.signal);
  const limit = why ? thresholdUnit(why.rule, signal) : (signal?.unit ?? "plain");
  const window = why?.windows[0];
  const metric = alert.signal === "metric" ? alert.subject : undefined;
  const definition = DEFINITIONS[alert.signal];
  const metricWhat = metric
    ? `${metricDefinition(metric) ?? metricTitle(metric)}, ${definition.what}`
    : definition.what;
  const pairs: [string, string | undefined][] = [
    ["What", metricWhat],
    ["Value", figure(why?.compared ?? alert.value, limit)],
    ["Limit", figure(why?.rule.threshold ?? alert.threshold, limit)],
    ["Test", definition.test],
    ["Rows", window && `${count(window.n)} ${counted(signal?.counted)}`],
    ["Window", window && windowText(window.from, window.to, now)],
    ["Rule", why?.rule_name],
  ];
  return {
    title: capitalised(metric ? metricTitle(metric) : (signal?.title ?? alert.signal.replaceAll("_", " "))),
    lines: pairs.flatMap(([label, text]) => (text ? [{ label, text }] : [])),
  };
}

/** "1,500 rows, 09:05 to 09:07": the number's basis in a few words; nothing where it wasn't kept. */
export function basisText(alert: AlertView, choices: RuleChoices | undefined, now: number): string | undefined {
  const window = alert.why?.windows[0];
  if (!window) return undefined;
  const signal = choices?.signals.find((one) => one.signal === alert.signal);
  return `${count(window.n)} ${counted(signal?.counted)}, ${moment(window.from, now)} to ${moment(window.to, now)}`;
}

function counted(what: string | undefined): string {
  return what === "labels" ? "labelled rows" : (what ?? "events");
}

function windowText(from: number, to: number, now: number): string {
  return `${moment(from, now)} to ${moment(to, now)} (${stretch(Math.round((to - from) / 1000))})`;
}
