import { describe, expect, it } from "vitest";
import { unframe } from "./tauri";

function framed(status: number, body: string): ArrayBuffer {
  const head = new TextEncoder().encode(JSON.stringify({ status, headers: [["content-type", "text/plain"]] }));
  const bytes = new Uint8Array(4 + head.length + body.length);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  bytes.set(new TextEncoder().encode(body), 4 + head.length);
  return bytes.buffer;
}

describe("an answer through the window's bridge", () => {
  it("is unframed into status, headers and body", async () => {
    const response = unframe(framed(201, "made"));
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(await response.text()).toBe("made");
  });
  it("may have no body at all", async () => {
    const response = unframe(framed(204, ""));
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
  });
});
