import { mockIPC, clearMocks } from "@tauri-apps/api/mocks";
import type { InvokeArgs, InvokeOptions } from "@tauri-apps/api/core";
import { afterEach, describe, expect, it } from "vitest";
import { Client } from "./client";
import { TauriBackend, unframe } from "./tauri";

function framed(status: number, body: string, type = "application/json"): ArrayBuffer {
  const head = new TextEncoder().encode(JSON.stringify({ status, headers: [["content-type", type]] }));
  const text = new TextEncoder().encode(body);
  const bytes = new Uint8Array(4 + head.length + text.length);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  bytes.set(text, 4 + head.length);
  return bytes.buffer;
}

interface Invoked {
  command: string;
  args?: InvokeArgs;
  options?: InvokeOptions;
}

/** Stands in for the shell; remembers what was invoked. */
function shell(answer: (command: string, args?: InvokeArgs) => unknown): Invoked[] {
  const invoked: Invoked[] = [];
  mockIPC((command, args) => answer(command, args));
  const internals = (window as unknown as { __TAURI_INTERNALS__: { invoke: typeof invoke } }).__TAURI_INTERNALS__;
  const mocked = internals.invoke;
  function invoke(command: string, args?: InvokeArgs, options?: InvokeOptions): unknown {
    invoked.push({ command, args, options });
    return mocked(command, args, options);
  }
  internals.invoke = invoke;
  return invoked;
}

afterEach(clearMocks);

describe("an answer through the window's bridge", () => {
  it("is unframed into status, headers and body", async () => {
    const response = unframe(framed(201, "größer", "text/plain"));
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(await response.text()).toBe("größer");
  });
  it("may have no body at all", async () => {
    const response = unframe(framed(204, ""));
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
  });
});

describe("a request through the bridge", () => {
  it("carries method, path and type as headers and the body as raw bytes", async () => {
    const invoked = shell(() => framed(200, '{"model": "churn", "version": 1}'));
    const api = new Client(new TauriBackend());
    expect(await api.deploy("t1", "größe")).toMatchObject({ version: 1 });
    expect(invoked[0]).toMatchObject({
      command: "request",
      options: {
        headers: {
          "tidegate-method": "POST",
          "tidegate-path": "/api/imports/t1/deploy",
          "tidegate-content-type": "application/json",
        },
      },
    });
    expect(new TextDecoder().decode(invoked[0]?.args as Uint8Array)).toBe('{"name":"größe"}');
  });
  it("turns a refusal into the API's error", async () => {
    shell(() => framed(409, '{"error": "busy port", "code": "conflict", "hint": "take another", "id": "e1"}'));
    await expect(new Client(new TauriBackend()).status()).rejects.toMatchObject({ status: 409, hint: "take another" });
  });
});

describe("files from the system's dialog", () => {
  it("are staged by their token: no path reaches the page", async () => {
    const files = [{ token: "7", file_name: "churn.onnx" }];
    const invoked = shell((command) => (command === "open_files" ? files : framed(201, '{"token": "t7"}')));
    const [file] = await new TauriBackend().openFiles("models");
    expect(file?.name).toBe("churn.onnx");
    expect(await file?.stage()).toEqual({ token: "t7" });
    expect(invoked.at(-1)).toMatchObject({ command: "stage", args: { token: "7" } });
    await file?.register();
    expect(invoked.at(-1)).toMatchObject({ command: "register", args: { token: "7" } });
  });
});
