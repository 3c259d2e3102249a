/** The range of time a screen looks at: the newest part, or a fixed one. Pure; it lives in the address. */

export type Range = { last_s: number } | { from: number; to: number };

export const PRESETS = [
  { value: "5m", label: "5 min", last_s: 300 },
  { value: "15m", label: "15 min", last_s: 900 },
  { value: "1h", label: "1 h", last_s: 3_600 },
  { value: "24h", label: "24 h", last_s: 86_400 },
  { value: "7d", label: "7 d", last_s: 604_800 },
] as const;

/** What to look at first: an hour, or less while the model is younger than that. */
export function firstRange(age_ms: number): Range {
  const preset = PRESETS.find((one) => one.last_s * 1000 >= age_ms && one.last_s <= 3_600);
  return { last_s: preset?.last_s ?? 3_600 };
}

/** Reads `?range=24h` or `?from=…&to=…` (milliseconds); `first` where it says nothing. */
export function readRange(query: URLSearchParams, first: Range): Range {
  const from = Number(query.get("from"));
  const to = Number(query.get("to"));
  if (from > 0 && to > from) return { from, to };
  const preset = PRESETS.find((one) => one.value === query.get("range"));
  return preset ? { last_s: preset.last_s } : first;
}

/** What `readRange` reads back. */
export function writeRange(range: Range): Record<"range" | "from" | "to", string | undefined> {
  if ("from" in range) return { range: undefined, from: String(range.from), to: String(range.to) };
  const preset = PRESETS.find((one) => one.last_s === range.last_s);
  return { range: preset?.value ?? "1h", from: undefined, to: undefined };
}

/** The choice to show as chosen. */
export function presetOf(range: Range): string {
  return "from" in range ? "custom" : (writeRange(range).range ?? "1h");
}

/** As the API's query or body fields. */
export function fields(range: Range): { from?: number; to?: number; last_s?: number } {
  return { ...range };
}
