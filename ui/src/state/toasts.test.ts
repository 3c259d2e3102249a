import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../backend";
import { attempt, toasts } from "./toasts.svelte";

beforeEach(() => (toasts.list = []));

describe("a failed action", () => {
  it("says what to do, and copies everything", async () => {
    const failure = new ApiError(400, {
      error: "no column `x0`",
      code: "invalid",
      hint: "its columns are a, b",
      id: "e7",
    });
    expect(await attempt(() => Promise.reject(failure))).toBe(false);
    expect(toasts.list[0]).toMatchObject({ kind: "error", text: "no column `x0`", hint: "its columns are a, b" });
    expect(toasts.list[0]?.detail).toContain("id: e7");
  });
});
