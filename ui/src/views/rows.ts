/** Rows for the playground, from what someone typed or dropped. Pure. */
import type { Cell, Port, Row, Schema } from "../backend/types";

/** One object, or a list of them. */
export function jsonRows(text: string): Row[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`, { cause: error });
  }
  const rows = Array.isArray(parsed) ? parsed : [parsed];
  if (rows.length === 0 || rows.some((row) => typeof row !== "object" || row === null || Array.isArray(row))) {
    throw new Error('one object or a list of objects is expected, such as [{"age": 42}]');
  }
  return rows as Row[];
}

/**
 * A header with column names and one line a row; quotes as in RFC 4180. Numbers and booleans are recognised, except in
 * the columns that hold text.
 */
export function csvRows(text: string, textColumns: ReadonlySet<string> = new Set()): Row[] {
  const [header, ...lines] = parseCsv(text);
  if (!header || lines.length === 0) throw new Error("a line of column names and at least one row are expected");
  return lines.map((cells, index) => {
    if (cells.length !== header.length) {
      throw new Error(`row ${index + 1} has ${cells.length} values for ${header.length} columns`);
    }
    return Object.fromEntries(
      header.map((name, column) => {
        const cell = cells[column] ?? "";
        return [name, textColumns.has(name) ? cell : readCell(cell)];
      }),
    );
  });
}

function readCell(text: string): Cell {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : text;
}

function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    rows[rows.length - 1]?.push(cell);
    cell = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted && sign === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (sign === '"') {
      quoted = !quoted;
    } else if (!quoted && sign === ",") {
      endCell();
    } else if (!quoted && sign === "\n") {
      endCell();
      rows.push([]);
    } else if (sign !== "\r" || quoted) {
      cell += sign;
    }
  }
  if (quoted) throw new Error("a quotation mark is not closed");
  endCell();
  return rows.filter((row) => row.some((one) => one !== ""));
}

/** The columns of a schema that hold text, whatever their cells look like. */
export function textColumns(schema: Schema | undefined): Set<string> {
  return new Set(schema?.features.filter((one) => one.kind === "categorical").map((one) => one.name));
}

/** A row to start with: columns in the schema's order, and zeros for a tensor that nothing is known of but its shape. */
export function startRow(example: Row, schema: Schema | undefined, ports: Port[]): Row {
  const row: Row = {};
  for (const feature of schema?.features ?? []) {
    const value = example[feature.name] ?? null;
    const empty = feature.kind === "tensor" && (value === null || (Array.isArray(value) && value.length === 0));
    row[feature.name] = empty ? zeros(ports.find((port) => port.name === feature.input)) : value;
  }
  return { ...row, ...Object.fromEntries(Object.entries(example).filter(([name]) => !(name in row))) };
}

/** Zeros in the shape of one row; nothing where a dimension is open. */
function zeros(port: Port | undefined): Cell {
  const dims = port?.kind === "tensor" ? (port.shape?.slice(1) ?? []) : [];
  if (dims.length === 0 || dims.some((dim) => typeof dim !== "number")) return [];
  const fill = (rest: number[]): Cell =>
    rest.length === 0 ? 0 : Array.from({ length: rest[0] ?? 0 }, () => fill(rest.slice(1)));
  return fill(dims as number[]);
}

/** What `csvRows` reads back. */
export function toCsv(rows: Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const quote = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const write = (cell: Cell | undefined) =>
    cell === null || cell === undefined ? "" : quote(typeof cell === "object" ? JSON.stringify(cell) : String(cell));
  return [names.map(quote), ...rows.map((row) => names.map((name) => write(row[name])))]
    .map((cells) => cells.join(","))
    .join("\n");
}

export interface ImageSize {
  channels: number;
  height: number;
  width: number;
  /** Whether channels come last: [height, width, channels]. */
  last: boolean;
}

/** The picture a tensor input could hold: [n, c, h, w] or [n, h, w, c] with 1 or 3 channels. */
export function imageSize(port: Port | undefined): ImageSize | undefined {
  if (port?.kind !== "tensor" || port.shape?.length !== 4) return undefined;
  const [, a, b, c] = port.shape;
  if (typeof a !== "number" || typeof b !== "number" || typeof c !== "number") return undefined;
  if (a === 1 || a === 3) return { channels: a, height: b, width: c, last: false };
  if (c === 1 || c === 3) return { channels: c, height: a, width: b, last: true };
  return undefined;
}

/** A row's tensor as pixels, where `top` is white; nothing when the count does not fit. */
export function toPixels(values: number[], size: ImageSize, top: number): Uint8ClampedArray<ArrayBuffer> | undefined {
  const { channels, height, width, last } = size;
  if (values.length !== channels * height * width) return undefined;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let spot = 0; spot < width * height; spot += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const from = Math.min(channel, channels - 1);
      const value = values[last ? spot * channels + from : from * width * height + spot] ?? 0;
      pixels[spot * 4 + channel] = (value / top) * 255;
    }
    pixels[spot * 4 + 3] = 255;
  }
  return pixels;
}

/** The tensor of one row from RGBA pixels, white as `top`; grey when the model takes one channel. */
export function fromPixels(rgba: Uint8ClampedArray, size: ImageSize, top: number): Cell {
  const value = (channel: number, y: number, x: number): number => {
    const at = (y * size.width + x) * 4;
    const [red = 0, green = 0, blue = 0] = [rgba[at], rgba[at + 1], rgba[at + 2]];
    const light = size.channels === 1 ? 0.299 * red + 0.587 * green + 0.114 * blue : ([red, green, blue][channel] ?? 0);
    return Math.round((light / 255) * top * 1000) / 1000;
  };
  const range = (length: number) => Array.from({ length }, (_, index) => index);
  if (size.last)
    return range(size.height).map((y) => range(size.width).map((x) => range(size.channels).map((c) => value(c, y, x))));
  return range(size.channels).map((c) => range(size.height).map((y) => range(size.width).map((x) => value(c, y, x))));
}
