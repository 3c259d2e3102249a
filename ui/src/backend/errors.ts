/** What went wrong behind the page, as the API says it: a message, what to do about it, and an id for the log. */

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint?: string;
  readonly id?: string;

  constructor(status: number, told: { error?: string; code?: string; hint?: string | null; id?: string | null }) {
    super(told.error || `the server answered ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = told.code ?? "internal";
    this.hint = told.hint ?? undefined;
    this.id = told.id ?? undefined;
  }

  /** Everything worth pasting into a report. */
  get copyable(): string {
    const parts = [this.message, this.hint && `hint: ${this.hint}`, `code: ${this.code}`, this.id && `id: ${this.id}`];
    return parts.filter(Boolean).join("\n");
  }
}

/** The text of any error for the clipboard. */
export function copyable(error: unknown): string {
  if (error instanceof ApiError) return error.copyable;
  return error instanceof Error ? error.message : String(error);
}

/** Passes a good answer on; throws an [`ApiError`] for any other. */
export async function expectOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  let told: ConstructorParameters<typeof ApiError>[1];
  try {
    told = JSON.parse(text) as typeof told;
  } catch {
    told = { error: text.trim().slice(0, 500) };
  }
  throw new ApiError(response.status, told);
}

export async function expectJson<T>(response: Response): Promise<T> {
  return (await (await expectOk(response)).json()) as T;
}
