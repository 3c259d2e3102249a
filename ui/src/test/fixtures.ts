/** Answers as the server gives them, for tests. */
import type {
  CanaryView,
  ChartView,
  FeatureDrift,
  Together,
  Live,
  ModelDetail,
  ModelSummary,
  MonitorView,
  Plan,
  Run,
  Staged,
  Status,
  VersionView,
} from "../backend/types";
import { defaultPlan } from "../views/plan";

export const NOW = Date.UTC(2026, 10, 22, 14, 0, 0);
export const PLAN: Plan = defaultPlan();

export const STATUS: Status = {
  version: "0.1.0",
  data_dir: "/home/ada/tidegate",
  http: "http://127.0.0.1:8000",
  started: NOW - 3_600_000,
  now: NOW,
  system: { cpu: 0.23, process_cpu: 0.4, memory_used: 1.2e9, memory_total: 24e9, process_memory: 2e8 },
  requests_per_s: 312,
  open_alerts: 1,
  store_bytes: 42_000_000,
  dropped_records: 0,
  unmatched_labels: 0,
};

export function summary(name: string, change: Partial<ModelSummary> = {}): ModelSummary {
  return {
    name,
    kind: "binary classifier, 30 inputs",
    champion: 1,
    health: { state: "healthy", reasons: [] },
    pulse: {
      requests_per_s: 3,
      requests: 900,
      p99_ms: 1.84,
      error_share: 0.0002,
      accuracy: 0.914,
      drifted: 2,
      features: 15,
      dropped: 0,
    },
    sparks: { p99_ms: [1, 2, 1.5], error_share: [0, 0, 0], quality: [0.9, 0.91], drift: [0.05, 0.3] },
    worker: { state: "ready", restarts: 0, queued: 0 },
    ...change,
  };
}

export function liveTick(models: ModelSummary[] = []): Live {
  return {
    now: NOW,
    status: STATUS,
    models: models.map((model) => ({
      name: model.name,
      champion: model.champion,
      challenger: model.challenger,
      health: model.health.state,
      pulse: model.pulse,
      revision: 1,
    })),
    happenings: [],
  };
}

export const STAGED: Staged = {
  token: "t1",
  file_name: "churn.onnx",
  sha256: "9f2c".repeat(16),
  bytes: 48_123,
  name: "churn",
  inspection: {
    ir_version: 10,
    opsets: [
      { domain: "", version: 21 },
      { domain: "ai.onnx.ml", version: 3 },
    ],
    producer: "skl2onnx",
    producer_version: "1.20.0",
    model_version: 0,
    graph_name: "churn",
    doc: "",
    signature: {
      inputs: [{ name: "X", kind: "tensor", element: "f32", shape: [null, 30] }],
      outputs: [
        { name: "label", kind: "tensor", element: "i64", shape: ["n"] },
        {
          name: "probabilities",
          kind: "sequence",
          item: { kind: "map", key: "i64", value: { kind: "tensor", element: "f32", shape: [] } },
        },
      ],
    },
    operators: [
      { domain: "", name: "Gemm", count: 2 },
      { domain: "ai.onnx.ml", name: "ZipMap", count: 1 },
    ],
    parameters: 1312,
    initializer_bytes: 5248,
    metadata: [],
    class_labels: ["no", "yes"],
    class_labels_from: "ZipMap",
    feature_names: [],
    external_files: [],
    findings: [],
  },
  schema: {
    task: "classification",
    features: [{ name: "age", input: "X", column: 0, kind: "numeric" }],
    labels: ["no", "yes"],
    answer: { label: "label", scores: "probabilities", logits: false },
  },
  trial: { load_ms: 12.3, first_run_ms: 0.9, median_run_ms: 0.21, peak_memory: 61_000_000 },
  probe: {
    trainer: "linear",
    modes: ["full", "continue"],
    summary: "can be retrained: logistic regression",
    details: [],
  },
};

export const RUN: Run = {
  id: 11,
  model: 1,
  parent: 3,
  trigger: { by: "drift", subject: "income" },
  plan: PLAN,
  state: "held",
  created: NOW - 60_000,
  started: NOW - 55_000,
  ended: NOW - 1_000,
  progress: [
    { step: 1, total: 100, loss: 0.69, held_out_loss: 0.7 },
    { step: 100, total: 100, loss: 0.24, held_out_loss: 0.27 },
  ],
  log: ["read 26,432 rows"],
  challenger: 4,
  comparison: {
    rows_new: 4800,
    rows_old: 0,
    passed: false,
    lines: [
      {
        what: "accuracy, new rows",
        unit: "share",
        higher_is_better: true,
        champion: 0.895,
        challenger: 0.862,
        difference: -0.033,
        low: -0.051,
        high: -0.014,
        passed: false,
        reason: "worse by 3.3 points",
      },
    ],
  },
};

/** A latency chart over one hour, 480 x 168, with a plot of 400 x 100 at (40, 10). */
export const CHART: ChartView = {
  kind: "latency",
  title: "Latency",
  note: "",
  svg: '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="168"><path d="M0 0"/></svg>',
  frame: {
    width: 480,
    height: 168,
    plot: { x: 40, y: 10, width: 400, height: 100 },
    x: { kind: "time", name: "", from: NOW - 3_600_000, to: NOW, categories: [] },
    y: { kind: "number", name: "", from: 0, to: 4, categories: [] },
    unit: "milliseconds",
    series: [
      {
        name: "p50",
        unit: "milliseconds",
        color: "c1",
        dashed: false,
        points: [
          [NOW - 3_600_000, 1],
          [NOW - 1_800_000, 2],
          [NOW, null],
        ],
        band: [],
      },
    ],
    marks: [{ time: NOW - 900_000, kind: "deploy", text: "v3 deployed" }],
  },
};

function version(number: number, role?: "champion" | "challenger" | "previous"): VersionView {
  return {
    id: number,
    model: 1,
    number,
    created: NOW - (10 - number) * 86_400_000,
    sha256: `${number}`.repeat(64),
    bytes: 48_000 + number,
    source: { from: "import", file: `churn-${number}.onnx` },
    inspection: STAGED.inspection,
    schema: STAGED.schema,
    champion: role === "champion",
    challenger: role === "challenger",
    previous: role === "previous",
    worker: { state: role === "champion" ? "ready" : "stopped", restarts: 0, queued: 0 },
  };
}

/** A model with champion v3, previous v2 and challenger v4. */
export const DETAIL: ModelDetail = {
  model: {
    id: 1,
    name: "churn",
    created: NOW - 864_000_000,
    tags: ["eu"],
    card: "Who leaves.",
    settings: {
      recording: { mode: "all" },
      runner: { kind: "builtin" },
      durable: false,
      window_s: 900,
      min_rows: 200,
      learn_rows: 1000,
      timeout_ms: 30_000,
      sessions: 1,
      drift: { definition: "tidegate", columns: {} },
      concept: { enabled: true, detectors: [] },
      triggers: {
        on_drift: false,
        drift_labels: 120,
        schedule: null,
        performance: null,
        new_labels: null,
        file: null,
        learn_file: true,
        combine: "any",
        time_zone: "UTC",
        cool_down_min: 60,
        budget: { runs: null, minutes: null },
        quiet: null,
        promote: false,
      },
      canary: {
        automatic: false,
        shares: [0.1, 0.5, 1],
        step_s: 600,
        min_requests: 100,
        watch_s: 0,
        tolerance: {
          errors: 0.01,
          latency_factor: 1.5,
          latency_ms: 5,
          psi: 0.25,
          accuracy: 0.05,
          min_labels: 50,
        },
      },
      business_metric: null,
      fairness_column: null,
      favourable_class: null,
      top_k: 3,
      least_coverage: 0.5,
    },
    aliases: { champion: 3, challenger: 4, previous: 2 },
  },
  kind: "binary classifier, 1 input",
  health: { state: "healthy", reasons: [] },
  versions: [version(1), version(2, "previous"), version(3, "champion"), version(4, "challenger")],
  baseline: { from: "first_predictions", rows: 1000, needed: 1000 },
  labels: { matched: 5231, unmatched: 0 },
  rules: [],
  probe: STAGED.probe,
  example: { age: 42 },
};

/** An input that drifted. */
export const DRIFT: FeatureDrift = {
  feature: "income",
  name: "income",
  state: "drifted",
  psi: 0.3123,
  psi_noise: 0.041,
  js: 0.21,
  p: 1e-12,
  chi_square: { statistic: 91, p: 1e-12 },
  ks: { statistic: 0.31, p: 0.02 },
  ks_bound: 0.36,
  hellinger: 0.22,
  wasserstein: { value: 0.55, low: 0.52, high: 0.61 },
  shift: 0.55,
  effect: { cliffs_delta: 0.34, cohens_d: 0.55, ks: 0.31, size: "medium" },
  smallest_detectable: 0.033,
  n: 11_232,
  n_reference: 20_000,
  contributions: [
    { bin: "above 80,000", share: 0.61, reference: 0.1, current: 0.29 },
    { bin: "missing", share: 0.12, reference: 0, current: 0.03 },
  ],
  sentence: "values higher (mean 52k -> 61k)",
  since: NOW - 840_000,
};
/** Inputs that no longer go together. */
export const TOGETHER: Together = {
  error: 1.93,
  usual: 1,
  low: 0.94,
  high: 1.06,
  effect: 1.4,
  p: 1e-20,
  psi: 0.7,
  state: "drifted",
  n: 2000,
  n_reference: 10_000,
  columns: 4,
  components: 2,
  kept: 0.71,
  least_fitting: ["income"],
  sentence: "columns no longer go together as they did, most of all income",
};
/** Monitor over the last hour. */
export const MONITOR: MonitorView = {
  from: NOW - 3_600_000,
  to: NOW,
  tiles: [],
  drift: [DRIFT],
  ranked_by: "distance",
  baseline: { from: "reference", rows: 20_000, needed: 0 },
  window_s: 900,
  metrics: [{ name: "accuracy", value: 0.914, low: 0.906, high: 0.922, n: 5231 }],
};

export const CANARY: CanaryView = {
  id: 5,
  model: 1,
  challenger: 4,
  champion: 3,
  run: 7,
  settings: DETAIL.model.settings.canary!,
  seed: 11,
  who: "you",
  why: "",
  state: "running",
  created: NOW,
  ended: null,
  steps: [
    {
      share: 0.1,
      started: NOW,
      ended: null,
      champion_requests: 540,
      challenger_requests: 62,
      checks: [
        {
          kind: "errors",
          champion: 0.004,
          challenger: 0.012,
          limit: 0.014,
          champion_n: 540,
          challenger_n: 62,
          passed: true,
          reason: "it failed 1 of 62 requests, the champion 2 of 540 requests",
        },
        {
          kind: "latency",
          champion: 12,
          challenger: 19,
          limit: 18,
          champion_n: 538,
          challenger_n: 61,
          passed: false,
          reason: "95% of its answers took 19 ms at most, the champion's 12 ms: more than 18 ms",
        },
      ],
    },
  ],
  watch: null,
  reason: "",
  champion_number: 3,
  challenger_number: 4,
  waits: { until: NOW + 600_000, requests: 38 },
};
