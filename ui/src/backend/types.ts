/** The shapes the API speaks, by their names in its document; `api.ts` is generated from that (`npm run types`). */
import type { components } from "./api";

type Schemas = components["schemas"];

export type AlertView = Schemas["AlertView"];
export type Annotation = Schemas["Annotation"];
export type AuditView = Schemas["AuditView"];
export type Axis = Schemas["Axis"];
export type Backtest = Schemas["Backtest"];
export type Baseline = Schemas["Baseline"];
export type BurnRatePreset = Schemas["BurnRatePreset"];
export type Cell = Schemas["Cell"];
export type Channel = Schemas["Channel"];
export type ChannelTarget = Schemas["ChannelTarget"];
export type ChannelTest = Schemas["ChannelTest"];
export type ChartKind = Schemas["ChartKind"];
export type ChartRequest = Schemas["ChartRequest"];
export type ChartsAnswer = Schemas["ChartsAnswer"];
export type ChartsRequest = Schemas["ChartsRequest"];
export type ChartView = Schemas["ChartView"];
export type CheckState = Schemas["CheckState"];
export type ColumnDrift = Schemas["ColumnDrift"];
export type Comparison = Schemas["Comparison"];
export type ComparisonLine = Schemas["ComparisonLine"];
export type ConceptView = Schemas["ConceptView"];
export type Condition = Schemas["Condition"];
export type DeliveryView = Schemas["DeliveryView"];
export type Deployed = Schemas["Deployed"];
export type DetectorName = Schemas["DetectorName"];
export type DriftDefinition = Schemas["Definition"];
export type DriftEffect = Schemas["DriftEffect"];
export type DriftMethod = Schemas["Method"];
export type DriftReport = Schemas["DriftReport"];
export type DryRun = Schemas["DryRun"];
export type Expectation = Schemas["Expectation"];
export type ExplainView = Schemas["ExplainView"];
export type Feature = Schemas["Feature"];
export type FeatureDrift = Schemas["FeatureDrift"];
export type Frame = Schemas["Frame"];
export type FrameSeries = Schemas["FrameSeries"];
export type Happening = Schemas["Happening"];
export type HealthState = Schemas["HealthState"];
export type LabelsAnswer = Schemas["LabelsAnswer"];
export type LearnFrom = Schemas["LearnFrom"];
export type Live = Schemas["Live"];
export type Mark = Schemas["Mark"];
export type MetricView = Schemas["MetricView"];
export type ModelDetail = Schemas["ModelDetail"];
export type ModelPulse = Schemas["ModelPulse"];
export type ModelSettings = Schemas["ModelSettings"];
export type ModelSummary = Schemas["ModelSummary"];
export type MonitorView = Schemas["MonitorView"];
export type NextStep = Schemas["NextStep"];
export type Plan = Schemas["Plan"];
export type Port = Schemas["Port"];
export type PortKind = Schemas["PortKind"];
export type PredictAnswer = Schemas["PredictAnswer"];
export type Probe = Schemas["Probe"];
export type Pulse = Schemas["Pulse"];
export type QualityCheck = Schemas["QualityCheck"];
export type QualityCheckView = Schemas["QualityCheckView"];
export type QualityColumn = Schemas["QualityColumn"];
export type QualityLearnAnswer = Schemas["QualityLearnAnswer"];
export type QualityView = Schemas["QualityView"];
export type QualityViolation = Schemas["QualityViolation"];
export type Recording = Schemas["Recording"];
export type Rule = Schemas["Rule"];
export type RuleChoices = Schemas["RuleChoices"];
export type RulesView = Schemas["RulesView"];
export type RuleView = Schemas["RuleView"];
export type Run = Schemas["Run"];
export type RunPulse = Schemas["RunPulse"];
export type RunState = Schemas["RunState"];
export type Sample = Schemas["Sample"];
export type Schema = Schemas["Schema"];
export type Settings = Schemas["Settings"];
export type Severity = Schemas["Severity"];
export type Signal = Schemas["Signal"];
export type SignalUnit = Schemas["SignalUnit"];
export type SignalView = Schemas["SignalView"];
export type Staged = Schemas["Staged"];
export type Status = Schemas["Status"];
export type StorageView = Schemas["StorageView"];
export type Tile = Schemas["Tile"];
export type Triggers = Schemas["Triggers"];
export type Unit = Schemas["Unit"];
export type VersionView = Schemas["VersionView"];

/** What to change of a model; what is left out stays. */
export type ModelPatch = { [Field in keyof Schemas["ModelPatch"]]?: NonNullable<Schemas["ModelPatch"][Field]> };
/** Checks to change, and those to take away. */
export type QualityChange = { [Field in keyof Schemas["QualityChange"]]?: Schemas["QualityChange"][Field] };
/** What to learn the checks from. */
export type QualityLearnRequest = {
  [Field in keyof Schemas["QualityLearnRequest"]]?: Schemas["QualityLearnRequest"][Field];
};
/** Values of a small line, oldest first; `null` where there are none. */
export type Points = (number | null)[];
/** One named row: column name to value. */
export type Row = Record<string, Cell>;
