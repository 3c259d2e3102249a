/** The shapes the API answers with. */

export type Time = number;

export interface System {
  cpu: number;
  process_cpu: number;
  memory_used: number;
  memory_total: number;
  process_memory: number;
}
export interface Status {
  version: string;
  data_dir: string;
  http?: string | null;
  started: Time;
  now: Time;
  system: System;
  requests_per_s: number;
  open_alerts: number;
  store_bytes: number;
  dropped_records: number;
  unmatched_labels: number;
}
export type HealthState = "healthy" | "watch" | "act";
export type NextStep = "open" | "retrain" | "compare";
export interface Reason {
  state: HealthState;
  sentence: string;
  since?: Time | null;
  next: NextStep;
}
export interface Health {
  state: HealthState;
  reasons: Reason[];
}
export interface Pulse {
  requests_per_s: number;
  requests: number;
  p99_ms?: number | null;
  error_share?: number | null;
  accuracy?: number | null;
  mae?: number | null;
  drifted?: number | null;
  features: number;
}
export type Points = (number | null)[];
export interface Sparks {
  p99_ms: Points;
  error_share: Points;
  quality: Points;
  drift: Points;
}
export interface WorkerView {
  state: string;
  reason?: string | null;
  pid?: number | null;
  restarts: number;
  queued: number;
}
export type RunState =
  "queued" | "preparing" | "training" | "comparing" | "held" | "promoted" | "failed" | "cancelled" | "interrupted";
export interface RunPulse {
  id: number;
  state: RunState;
  step: number;
  total: number;
}
export interface ModelSummary {
  name: string;
  kind: string;
  champion?: number | null;
  challenger?: number | null;
  deleted?: Time | null;
  health: Health;
  pulse: Pulse;
  sparks: Sparks;
  worker: WorkerView;
  run?: RunPulse | null;
}
export type Recording = { mode: "all" } | { mode: "sampled"; share: number } | { mode: "off" };
export interface Triggers {
  on_drift: boolean;
  schedule?: string | null;
  cool_down_min: number;
  promote: boolean;
}
export interface ModelSettings {
  recording: Recording;
  window_s: number;
  min_rows: number;
  learn_rows: number;
  timeout_ms: number;
  sessions: number;
  triggers: Triggers;
}
export interface Model {
  id: number;
  name: string;
  created: Time;
  deleted?: Time | null;
  tags: string[];
  card: string;
  settings: ModelSettings;
  aliases: { champion?: number | null; challenger?: number | null; previous?: number | null };
}
export type Dim = number | string | null;
export type PortKind =
  | { kind: "tensor"; element: string; shape?: Dim[] | null }
  | { kind: "sequence"; item: PortKind }
  | { kind: "map"; key: string; value: PortKind }
  | { kind: "optional"; item: PortKind };
export type Port = PortKind & { name: string; overridable?: boolean };
export interface Signature {
  inputs: Port[];
  outputs: Port[];
}
export interface Finding {
  verdict: "note" | "refuse";
  subject: string;
  message: string;
}
export interface Inspection {
  ir_version: number;
  opsets: { domain: string; version: number }[];
  producer: string;
  producer_version: string;
  model_version: number;
  graph_name: string;
  doc: string;
  signature: Signature;
  operators: { domain: string; name: string; count: number }[];
  parameters: number;
  initializer_bytes: number;
  metadata: string[][];
  class_labels: string[];
  class_labels_from?: string | null;
  feature_names: string[];
  external_files: string[];
  findings: Finding[];
}
export type FeatureKind = "numeric" | "integer" | "boolean" | "categorical" | "tensor";
export interface Feature {
  name: string;
  input: string;
  column?: number | null;
  kind: FeatureKind;
}
export interface Schema {
  task: "classification" | "regression" | "other";
  features: Feature[];
  labels: string[];
  answer: { label?: string | null; scores?: string | null; logits: boolean; value?: string | null };
  target?: string | null;
}
export type Source = { from: "import"; file: string } | { from: "training"; run: number; parent: number };
export interface VersionView {
  id: number;
  model: number;
  number: number;
  created: Time;
  sha256: string;
  bytes: number;
  source: Source;
  inspection: Inspection;
  schema: Schema;
  champion: boolean;
  challenger: boolean;
  previous: boolean;
  worker: WorkerView;
}
export interface Baseline {
  from: "reference" | "first_predictions";
  rows: number;
  needed: number;
}
export type Signal =
  "input_drift" | "prediction_drift" | "accuracy" | "mean_absolute_error" | "error_share" | "latency_p99";
export type Severity = "watch" | "act";
export interface Rule {
  signal: Signal;
  direction: "above" | "below";
  threshold: number;
  hold: number;
  cool_down_s: number;
  severity: Severity;
  enabled: boolean;
}
/** Whether and how a version can be trained again. */
export interface Probe {
  trainer?: "linear" | "boosted_trees" | null;
  modes: ("full" | "continue")[];
  summary: string;
  details: string[];
}
export type Cell = null | boolean | number | string | Cell[];
export type Row = Record<string, Cell>;
export interface ModelDetail {
  model: Model;
  kind: string;
  health: Health;
  versions: VersionView[];
  baseline: Baseline;
  labels: { matched: number; unmatched: number };
  rules: Rule[];
  probe: Probe;
  example: Row;
}
export interface Staged {
  token: string;
  file_name: string;
  sha256: string;
  bytes: number;
  name: string;
  inspection: Inspection;
  schema: Schema;
  trial?: {
    load_ms: number;
    first_run_ms: number;
    median_run_ms: number;
    peak_memory: number;
    note?: string | null;
  } | null;
  refused?: { message: string; hint?: string | null } | null;
  existing?: { next_version: number; diff: string[]; same_as?: number | null } | null;
  probe: Probe;
}
export interface Deployed {
  model: string;
  version: number;
  created_model: boolean;
  champion: boolean;
}
export interface RowAnswer {
  id: string;
  label?: string | null;
  probabilities?: Record<string, number> | null;
  value?: number | null;
  outputs?: Record<string, Cell>;
}
export interface PredictAnswer {
  model: string;
  version: number;
  answers: RowAnswer[];
  timing: { queue_us: number; run_us: number; total_us: number };
}
export interface LabelsAnswer {
  matched: number;
  changed: number;
  repeated: number;
  unmatched: number;
}
export type Tone = "plain" | "good" | "watch" | "act";
export interface Tile {
  key: string;
  title: string;
  value: string;
  unit: string;
  detail: string;
  tone: Tone;
}
export interface Drift {
  name: string;
  state: "stable" | "drifted" | "not_enough";
  psi: number;
  psi_noise: number;
  js: number;
  n: number;
  n_reference: number;
  direction?: string | null;
  shift?: number | null;
  contributions: { bin: string; share: number; reference: number; current: number }[];
  sentence: string;
}
export type FeatureDrift = Drift & { feature: string; since?: Time | null };
export interface MonitorView {
  from: Time;
  to: Time;
  tiles: Tile[];
  drift: FeatureDrift[];
  prediction_drift?: Drift | null;
  baseline: Baseline;
  window_s: number;
  metrics: { name: string; value: number; low?: number | null; high?: number | null; n: number }[];
}
export type ChartKind =
  | "latency"
  | "latency_heatmap"
  | "throughput"
  | "accuracy"
  | "coverage"
  | "drift"
  | "heatmap"
  | "histogram"
  | "cpu"
  | "memory"
  | "queue"
  | "loss";
export interface ChartRequest {
  kind: ChartKind;
  feature?: string;
  run?: number;
  width: number;
  height: number;
}
export interface ChartsRequest {
  from?: Time;
  to?: Time;
  last_s?: number;
  version?: number;
  theme: "dark" | "light";
  utc_offset_min: number;
  charts: ChartRequest[];
}
export interface ChartsAnswer {
  now: Time;
  from: Time;
  to: Time;
  charts: ChartView[];
}
export interface ChartView {
  kind: ChartKind;
  title: string;
  note: string;
  feature?: string | null;
  svg: string;
  frame: Frame;
}
export interface Axis {
  kind: "time" | "number" | "category";
  name: string;
  from: number;
  to: number;
  categories: string[];
}
export type Unit = "milliseconds" | "percent" | "per_second" | "count" | "bytes" | "plain";
export interface FrameSeries {
  name: string;
  unit: Unit;
  color: string;
  dashed: boolean;
  points: (number | null)[][];
  band: { low?: number | null; high?: number | null }[];
}
export interface Mark {
  time: Time;
  kind: "deploy" | "alert" | "retrain" | "rollback";
  text: string;
}
export interface Frame {
  width: number;
  height: number;
  plot: { x: number; y: number; width: number; height: number };
  x: Axis;
  y: Axis;
  unit: Unit;
  series: FrameSeries[];
  marks: Mark[];
}
export interface DryRun {
  probe: Probe;
  labelled: number;
  reference_rows: number;
  train_rows: number;
  held_out_new: number;
  held_out_old: number;
  obstacles: string[];
}
export interface Gates {
  new_margin: number;
  old_margin: number;
  latency_factor: number;
  min_rows: number;
  approval: boolean;
}
export interface Plan {
  mode: "full" | "continue";
  rounds: number;
  learning_rate: number;
  leaves: number;
  l2: number;
  new_weight: number;
  window_h?: number | null;
  holdout: number;
  seed: number;
  gates: Gates;
}
export type Trigger = { by: "hand"; who: string } | { by: "drift"; subject: string } | { by: "schedule"; cron: string };
export interface Progress {
  step: number;
  total: number;
  loss: number;
  held_out_loss?: number | null;
}
export interface ComparisonLine {
  what: string;
  unit: string;
  higher_is_better: boolean;
  champion: number;
  challenger: number;
  difference: number;
  low?: number | null;
  high?: number | null;
  passed?: boolean | null;
  reason: string;
}
export interface Comparison {
  rows_new: number;
  rows_old: number;
  lines: ComparisonLine[];
  passed: boolean;
}
export interface Run {
  id: number;
  model: number;
  parent: number;
  trigger: Trigger;
  plan: Plan;
  state: RunState;
  created: Time;
  started?: Time | null;
  ended?: Time | null;
  progress: Progress[];
  log: string[];
  challenger?: number | null;
  comparison?: Comparison | null;
  error?: string | null;
}
export interface AlertView {
  id: number;
  model: number;
  model_name: string;
  signal: Signal;
  subject?: string | null;
  severity: Severity;
  since: Time;
  until?: Time | null;
  value: number;
  threshold: number;
  message: string;
  snoozed_until?: Time | null;
  acknowledged: boolean;
}
export interface AuditView {
  time: Time;
  model?: number | null;
  model_name?: string | null;
  kind: string;
  who: string;
  what: string;
  why: string;
}
export interface Sample {
  name: string;
  title: string;
  description: string;
  licence: string;
}
export interface Settings {
  port: number;
  keep_in_tray: boolean;
  notifications: boolean;
  keep_predictions_days: number;
  keep_minutes_days: number;
  keep_hours_days: number;
  default_recording: Recording;
  watch_folder?: string | null;
}
export interface ModelPulse {
  name: string;
  champion?: number | null;
  challenger?: number | null;
  health: HealthState;
  pulse: Pulse;
  run?: RunPulse | null;
  revision: number;
}
export interface Happening {
  time: Time;
  kind: string;
  model?: string | null;
  message: string;
  notify: boolean;
}
export interface Live {
  now: Time;
  status: Status;
  models: ModelPulse[];
  happenings: Happening[];
}
