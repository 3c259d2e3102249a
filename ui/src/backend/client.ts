/** Every route the page uses, once, with its types. */
import type { Backend, Body, Method } from "./backend";
import { expectJson, expectOk } from "./errors";
import type {
  AlertView,
  Annotation,
  AuditView,
  Backtest,
  Baseline,
  CanaryView,
  Channel,
  ChannelTest,
  ChartKind,
  ChartsAnswer,
  ChartsRequest,
  ConceptView,
  DatasetDetail,
  DatasetSummary,
  DeliveryView,
  Deployed,
  DriftReport,
  DryRun,
  ExplainView,
  JoinRequest,
  LabelsAnswer,
  ModelDetail,
  ModelPatch,
  ModelSummary,
  MonitorView,
  Plan,
  PredictAnswer,
  QualityChange,
  QualityCheck,
  QualityLearnAnswer,
  QualityLearnRequest,
  QualityView,
  QueueView,
  QualityViolation,
  ReplayRequest,
  ReplayView,
  Row,
  RowsToLabel,
  RuleChoices,
  RulesView,
  Run,
  Runner,
  RunnerManifest,
  RunnerTest,
  Sample,
  Settings,
  Personal,
  Status,
  Training,
  TrainRequest,
  StorageView,
  Triggers,
  TriggersBacktest,
  TriggersView,
  EstimateView,
  FairnessView,
  MetricsView,
  SlicesView,
  WorstSlicesView,
} from "./types";

/** Fields left out stay. */
export interface DatasetPatch {
  name?: string;
  tags?: string[];
  notes?: string;
  personal?: Record<string, Personal>;
}

/** A request as data: it can be sent, and shown as a curl command. */
export interface Call {
  method: Method;
  path: string;
  json?: unknown;
}

/** What is asked of a first model; what is left out is told by the data. */
export type TrainAsked = Partial<TrainRequest> & { target: string; name: string };

/** Which recorded predictions become a data set. */
export type JoinAsked = Pick<JoinRequest, "from" | "to"> & Partial<JoinRequest>;

const at = (name: string, rest = "") => `/api/models/${encodeURIComponent(name)}${rest}`;

/** The requests behind the page's buttons. */
export const calls = {
  predict: (name: string, rows: Row[], version?: number): Call => ({
    method: "POST",
    path: at(name, "/predict"),
    json: version === undefined ? { rows } : { rows, version },
  }),
  promote: (name: string, version: number | undefined, reason: string): Call => ({
    method: "POST",
    path: at(name, "/promote"),
    json: { version, reason },
  }),
  rollback: (name: string, reason: string): Call => ({ method: "POST", path: at(name, "/rollback"), json: { reason } }),
  canary: (name: string, version: number | undefined, reason: string): Call => ({
    method: "POST",
    path: at(name, "/canaries"),
    json: { version, reason },
  }),
  replay: (name: string, request: ReplayRequest): Call => ({
    method: "POST",
    path: at(name, "/replay"),
    json: request,
  }),
  retrain: (name: string, plan: Plan): Call => ({ method: "POST", path: at(name, "/runs"), json: { plan } }),
  promoteRun: (id: number, reason: string): Call => ({
    method: "POST",
    path: `/api/runs/${id}/promote`,
    json: { reason },
  }),
  deploy: (token: string, name: string): Call => ({
    method: "POST",
    path: `/api/imports/${encodeURIComponent(token)}/deploy`,
    json: { name },
  }),
  train: (id: number, request: TrainAsked): Call => ({
    method: "POST",
    path: `/api/datasets/${id}/train`,
    json: request,
  }),
  join: (name: string, request: JoinAsked): Call => ({ method: "POST", path: at(name, "/datasets"), json: request }),
  charts: (name: string, request: ChartsRequest): Call => ({
    method: "POST",
    path: at(name, "/charts"),
    json: request,
  }),
};

/** The API, typed, over whichever backend the page lives on. */
export class Client {
  readonly backend: Backend;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  async send<T>(call: Call): Promise<T> {
    const body = call.json === undefined ? undefined : JSON.stringify(call.json);
    return expectJson<T>(await this.backend.request(call.method, call.path, body, body && "application/json"));
  }

  status = () => this.#get<Status>("/api/status");
  models = (deleted = false) => this.#get<ModelSummary[]>(`/api/models${deleted ? "?deleted=true" : ""}`);
  model = (name: string) => this.#get<ModelDetail>(at(name));
  patchModel = (name: string, patch: ModelPatch) =>
    this.send<ModelDetail>({ method: "PATCH", path: at(name), json: patch });
  deleteModel = (name: string) => this.#empty("DELETE", at(name));
  restoreModel = (name: string) => this.#post<ModelDetail>(at(name, "/restore"));
  purgeModel = (name: string) => this.#empty("POST", at(name, "/purge"));
  restartModel = (name: string) => this.#post<ModelDetail>(at(name, "/restart"));
  audit = (name: string) => this.#get<AuditView[]>(at(name, "/audit"));

  deploy = (token: string, name: string) => this.send<Deployed>(calls.deploy(token, name));
  discardImport = (token: string) => this.#empty("DELETE", `/api/imports/${encodeURIComponent(token)}`);
  samples = () => this.#get<Sample[]>("/api/samples");
  loadSample = (name: string) => this.#post<Deployed>(`/api/samples/${encodeURIComponent(name)}`);

  predict = (name: string, rows: Row[], version?: number) =>
    this.send<PredictAnswer>(calls.predict(name, rows, version));
  uploadLabels = (csv: Blob) => this.#upload<LabelsAnswer>("/api/labels", csv);
  uploadReference = (name: string, csv: Blob) => this.#upload<Baseline>(at(name, "/reference"), csv);

  monitor = (name: string, query: URLSearchParams) => this.#get<MonitorView>(at(name, `/monitor?${query}`));
  charts = (name: string, request: ChartsRequest) => this.send<ChartsAnswer>(calls.charts(name, request));
  chartCsv = async (name: string, kind: ChartKind, query: URLSearchParams): Promise<Blob> =>
    (await expectOk(await this.backend.request("GET", at(name, `/charts/${kind}.csv?${query}`)))).blob();

  quality = (name: string, query: URLSearchParams) => this.#get<QualityView>(at(name, `/quality?${query}`));
  changeQuality = (name: string, change: QualityChange) =>
    this.send<QualityCheck[]>({ method: "PUT", path: at(name, "/quality/checks"), json: change });
  learnQuality = (name: string, request: QualityLearnRequest) =>
    this.send<QualityLearnAnswer>({ method: "POST", path: at(name, "/quality/learn"), json: request });
  qualityViolations = (name: string, query: URLSearchParams) =>
    this.#get<QualityViolation[]>(at(name, `/quality/violations?${query}`));
  /** What a model did between two times, as a page or as numbers. */
  report = async (name: string, asked: { from: number; to: number; format: "html" | "json" }): Promise<Blob> => {
    const query = new URLSearchParams(Object.entries(asked).map(([key, value]) => [key, String(value)]));
    return (await expectOk(await this.backend.request("GET", at(name, `/report?${query}`)))).blob();
  };
  /** Drift recomputed from recorded rows; `query` holds the range and whose definition. */
  driftReport = (name: string, query: URLSearchParams) => this.#get<DriftReport>(at(name, `/drift-report?${query}`));

  concept = (name: string, version?: number) =>
    this.#get<ConceptView>(at(name, version === undefined ? "/concept" : `/concept?version=${version}`));
  explain = (name: string) => this.#get<ExplainView>(at(name, "/explain"));
  cancelExplain = (name: string) => this.#empty("DELETE", at(name, "/explain"));

  /** How good the answers of a range were; `query` holds the range and the version. */
  metrics = (name: string, query: URLSearchParams) => this.#get<MetricsView>(at(name, `/metrics?${query}`));
  estimate = (name: string, query: URLSearchParams) => this.#get<EstimateView>(at(name, `/estimate?${query}`));
  slices = (name: string, query: URLSearchParams) => this.#get<SlicesView>(at(name, `/slices?${query}`));
  worstSlices = async (name: string, query: URLSearchParams, signal: AbortSignal) =>
    expectJson<WorstSlicesView>(
      await this.backend.request("GET", at(name, `/slices/worst?${query}`), undefined, undefined, signal),
    );
  fairness = (name: string, query: URLSearchParams) => this.#get<FairnessView>(at(name, `/fairness?${query}`));

  promote = (name: string, version: number | undefined, reason: string) =>
    this.send<ModelDetail>(calls.promote(name, version, reason));
  rollback = (name: string, reason: string) => this.send<ModelDetail>(calls.rollback(name, reason));

  canaries = (name: string) => this.#get<CanaryView[]>(at(name, "/canaries"));
  startCanary = (name: string, version: number | undefined, reason: string) =>
    this.send<CanaryView>(calls.canary(name, version, reason));
  advanceCanary = (id: number) => this.#post<CanaryView>(`/api/canaries/${id}/advance`);
  abortCanary = (id: number, reason: string) =>
    this.send<CanaryView>({ method: "POST", path: `/api/canaries/${id}/abort`, json: { reason } });

  dryRun = (name: string, plan: Plan) =>
    this.send<DryRun>({ method: "POST", path: at(name, "/retrain/dry-run"), json: { plan } });
  /** Takes up the search of a run that ended before its time. */
  resumeRun = (name: string, run: number) =>
    this.send<Run>({ method: "POST", path: at(name, "/runs"), json: { resume: run } });
  runnerManifest = (runner: Runner) =>
    this.send<RunnerManifest>({ method: "POST", path: "/api/runners/manifest", json: runner });
  testRunner = (runner: Runner) => this.send<RunnerTest>({ method: "POST", path: "/api/runners/test", json: runner });
  retrain = (name: string, plan: Plan) => this.send<Run>(calls.retrain(name, plan));
  runs = (name: string) => this.#get<Run[]>(at(name, "/runs"));
  queue = () => this.#get<QueueView>("/api/queue");
  run = (id: number) => this.#get<Run>(`/api/runs/${id}`);
  cancelRun = (id: number) => this.#post<Run>(`/api/runs/${id}/cancel`);
  triggers = (name: string) => this.#get<TriggersView>(at(name, "/triggers"));
  backtestTriggers = (name: string, request: { triggers?: Triggers; days?: number }) =>
    this.send<TriggersBacktest>({ method: "POST", path: at(name, "/triggers/backtest"), json: request });
  promoteRun = (id: number, reason: string) => this.send<Run>(calls.promoteRun(id, reason));
  /** By the rows that were labelled since. */
  compareAgain = (id: number) => this.#post<Run>(`/api/runs/${id}/compare`);
  /** Recorded rows without a label, those first that would tell most. */
  rowsToLabel = (id: number, most: number) => this.#get<RowsToLabel>(`/api/runs/${id}/rows-to-label?most=${most}`);
  label = (id: string, label: number | string) =>
    this.send<LabelsAnswer>({ method: "POST", path: "/api/labels", json: { labels: [{ id, label }] } });
  replay = (name: string) => this.#get<ReplayView>(at(name, "/replay"));
  startReplay = (name: string, request: ReplayRequest) => this.send<ReplayView>(calls.replay(name, request));
  cancelReplay = (name: string) => this.#empty("DELETE", at(name, "/replay"));

  rules = (name: string) => this.#get<RulesView>(at(name, "/alerts/rules"));
  ruleChoices = () => this.#get<RuleChoices>("/api/alerts/choices");
  snoozeRules = (name: string, snooze: { rule: string | null; minutes: number }) =>
    this.send<RulesView>({ method: "POST", path: at(name, "/alerts/snooze"), json: snooze });
  backtest = (name: string, request: unknown) =>
    this.send<Backtest>({ method: "POST", path: at(name, "/alerts/backtest"), json: request });
  channels = () => this.#get<Channel[]>("/api/channels");
  addChannel = (channel: Channel) => this.send<Channel>({ method: "POST", path: "/api/channels", json: channel });
  saveChannel = (channel: Channel) =>
    this.send<Channel>({ method: "PUT", path: `/api/channels/${channel.id}`, json: channel });
  deleteChannel = (id: number) => this.#empty("DELETE", `/api/channels/${id}`);
  testChannel = (channel: Channel) =>
    this.send<ChannelTest>({ method: "POST", path: "/api/channels/test", json: channel });
  testNotification = () => this.#empty("POST", "/api/notifications/test");
  deliveries = () => this.#get<DeliveryView[]>("/api/deliveries");
  annotations = (name: string) => this.#get<Annotation[]>(at(name, "/annotations"));
  addNote = (name: string, note: { text: string; time: number }) =>
    this.send<Annotation>({ method: "POST", path: at(name, "/annotations"), json: note });
  changeNote = (name: string, id: number, note: { text: string; time: number }) =>
    this.send<Annotation>({ method: "PATCH", path: at(name, `/annotations/${id}`), json: note });
  deleteNote = (name: string, id: number) => this.#empty("DELETE", at(name, `/annotations/${id}`));
  alerts = (open = false) => this.#get<AlertView[]>(`/api/alerts${open ? "?open=true" : ""}`);
  patchAlert = (id: number, patch: { acknowledged?: boolean; snooze_min?: number }) =>
    this.send<AlertView>({ method: "PATCH", path: `/api/alerts/${id}`, json: patch });

  dataSets = (deleted = false) => this.#get<DatasetSummary[]>(`/api/datasets${deleted ? "?deleted=true" : ""}`);
  dataSet = (id: number) => this.#get<DatasetDetail>(`/api/datasets/${id}`);
  patchDataSet = (id: number, patch: DatasetPatch) =>
    this.send<DatasetDetail>({ method: "PATCH", path: `/api/datasets/${id}`, json: patch });
  deleteDataSet = (id: number) => this.#empty("DELETE", `/api/datasets/${id}`);
  restoreDataSet = (id: number) => this.#post<DatasetDetail>(`/api/datasets/${id}/restore`);
  purgeDataSet = (id: number) => this.#empty("POST", `/api/datasets/${id}/purge`);
  train = (id: number, request: TrainAsked) => this.send<Training>(calls.train(id, request));
  joinDataSet = (name: string, request: JoinAsked) => this.send<DatasetDetail>(calls.join(name, request));
  trainings = (id: number) => this.#get<Training[]>(`/api/trainings?dataset=${id}`);
  training = (id: number) => this.#get<Training>(`/api/trainings/${id}`);
  cancelTraining = (id: number) => this.#post<Training>(`/api/trainings/${id}/cancel`);

  settings = () => this.#get<Settings>("/api/settings");
  storage = () => this.#get<StorageView>("/api/storage");
  compactStorage = () => this.#post<StorageView>("/api/storage/compact");
  saveSettings = (settings: Settings) => this.send<Settings>({ method: "PUT", path: "/api/settings", json: settings });

  #get<T>(path: string): Promise<T> {
    return this.send<T>({ method: "GET", path });
  }
  #post<T>(path: string): Promise<T> {
    return this.send<T>({ method: "POST", path });
  }
  async #empty(method: Method, path: string): Promise<void> {
    await expectOk(await this.backend.request(method, path));
  }
  async #upload<T>(path: string, csv: Body): Promise<T> {
    return expectJson<T>(await this.backend.request("POST", path, csv, "text/csv"));
  }
}

/** The same request as a command for the shell. */
export function curl(call: Call, address: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ["curl"];
  if (call.method !== "GET" && !(call.method === "POST" && call.json !== undefined)) parts.push("-X", call.method);
  if (call.json !== undefined) {
    parts.push("-H", quote("content-type: application/json"), "-d", quote(JSON.stringify(call.json)));
  }
  return [...parts, quote(address + call.path)].join(" ");
}
