/**
 * Numbers, sizes and times as the page writes them. Pure: the present is a parameter.
 */

/** A number and its unit, apart, so that the unit can be set smaller and grey. */
export interface Quantity {
  value: string;
  unit: string;
}

/** What stands where there is no number. */
export const NONE = "–";

const grouped = new Map<number, Intl.NumberFormat>();

function fixed(value: number, digits: number): string {
  let format = grouped.get(digits);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    grouped.set(digits, format);
  }
  return minus(format.format(value));
}

/** A number already in digits, with the minus that is as wide as a plus. */
function minus(text: string): string {
  return text.replaceAll("-", "−");
}

/** About three significant digits, thousands grouped, no exponent below 10^7. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return minus(value.toPrecision(3).replace("e+", "e"));
  if (Number.isInteger(value) || size >= 1000) return fixed(value, 0);
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
}

/** A number with exactly `digits` decimals: scores and losses, which differ in the third. */
export function decimals(value: number, digits: number): string {
  return fixed(value, digits);
}

/** Every digit of a whole number: 60,840,111. */
export function exact(value: number): string {
  return fixed(value, 0);
}

/** A count: 14,980 below a million, then 1.2 M. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (Math.abs(value) >= 1e9) return `${fixed(value / 1e9, 1)} B`;
  if (Math.abs(value) >= 1e6) return `${fixed(value / 1e6, 1)} M`;
  return fixed(value, 0);
}

/** `one` for 1, else `many` (which defaults to `one` + s), with its count. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A share 0..1 as percent. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined || Number.isNaN(share)
    ? NONE
    : `${fixed(share * 100, share === 0 ? 0 : digits)}%`;
}

/** Milliseconds as µs, ms, s or min. */
export function duration(ms: number | null | undefined): Quantity {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return { value: NONE, unit: "" };
  const size = Math.abs(ms);
  if (size !== 0 && size < 0.1) return { value: fixed(ms * 1000, 0), unit: "µs" };
  if (size < 10) return { value: fixed(ms, 2), unit: "ms" };
  if (size < 1000) return { value: fixed(ms, size < 100 ? 1 : 0), unit: "ms" };
  if (size < 60_000) return { value: fixed(ms / 1000, size < 10_000 ? 1 : 0), unit: "s" };
  if (size < 3_600_000) return { value: fixed(ms / 60_000, 0), unit: "min" };
  return { value: fixed(ms / 3_600_000, size < 36_000_000 ? 1 : 0), unit: "h" };
}

/** A quantity in one string: `1.84 ms`. */
export function joined(quantity: Quantity): string {
  return quantity.unit ? `${quantity.value} ${quantity.unit}` : quantity.value;
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Bytes in decimal units: `1.2 GB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${fixed(scaled, unit === 0 || scaled >= 100 ? 0 : 1)} ${BYTE_UNITS[unit]}`;
}

/** "1.2 of 24 GB", with both units where they differ: "854 MB of 25.3 GB". */
export function bytesOf(part: number, whole: number): string {
  const [used, all] = [bytes(part), bytes(whole)];
  const [number, unit] = used.split(" ");
  return `${all.endsWith(` ${unit}`) ? number : used} of ${all}`;
}

/** A change with its sign, using a true minus. */
export function signed(value: number, show: (size: number) => string = number): string {
  const sign = value < 0 ? "−" : value > 0 ? "+" : "";
  return sign + show(Math.abs(value));
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const fullDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** 13:46, with seconds where they matter. */
export function time(ms: number, seconds = false): string {
  return (seconds ? clockSeconds : clock).format(ms);
}

/** A moment: time today, `yesterday 18:20`, `3 Nov 18:20` or with the year. */
export function moment(ms: number, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (ms >= midnight && ms < midnight + 86_400_000) return time(ms);
  if (ms >= midnight - 86_400_000 && ms < midnight) return `yesterday ${time(ms)}`;
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return `${(sameYear ? day : fullDay).format(ms)} ${time(ms)}`;
}

/** How long ago: `just now`, `14 min ago`, `3 h ago`, `2 d ago`. */
export function ago(ms: number, now: number): string {
  const seconds = Math.max(0, (now - ms) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** The first twelve digits of a hash. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 12);
}

/** A name at the start of a line or a cell. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
