import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../backend";
import { live } from "../state/live.svelte";
import { toasts } from "../state/toasts.svelte";
import { CHANNEL, DELIVERY } from "../test/alerting";
import { TableBackend, type Sent } from "../test/backend";
import { NOW } from "../test/fixtures";
import Channels from "./Channels.svelte";
import { lines, list, newTarget, where } from "./channels";

let backend: TableBackend;

async function show(channels: unknown[]): Promise<void> {
  backend = new TableBackend({
    "GET /api/channels": channels,
    "GET /api/deliveries": [DELIVERY],
    "POST /api/channels": ({ body }: Sent) => ({ ...(body as object), id: 4 }),
    "POST /api/channels/test": { ok: false, answer: "it can't be reached: connection refused", took_ms: 3 },
    "DELETE /api/channels/3": null,
  });
  await connect(backend);
  render(Channels);
}

beforeEach(() => {
  live.now = NOW;
  toasts.list = [];
});

describe("channels", () => {
  it("say that nothing leaves the machine while there is none", async () => {
    await show([]);
    expect(await screen.findByText(/No channel: alerts show here/)).toBeTruthy();
    expect(screen.queryByText("Last deliveries")).toBeNull();
  });

  it("are tested before they are kept, and the answer is shown", async () => {
    await show([]);
    await userEvent.click(screen.getByTestId("add-channel"));
    await userEvent.type(await screen.findByTestId("channel-name"), "ops");
    await userEvent.type(screen.getByTestId("channel-url"), "http://127.0.0.1:9/hook");
    await userEvent.click(screen.getByTestId("channel-test"));
    expect(await screen.findByText("it can't be reached: connection refused")).toBeTruthy();
    await userEvent.click(screen.getByTestId("save-channel"));
    await waitFor(() =>
      expect(backend.sent.find((sent) => sent.method === "POST" && sent.path === "/api/channels")?.body).toMatchObject({
        name: "ops",
        target: { kind: "webhook", url: "http://127.0.0.1:9/hook", secret: null },
      }),
    );
  });

  it("show what was sent last, and ask before one is removed", async () => {
    await show([CHANNEL]);
    expect(await screen.findByText(/attempt 1: it answered 503 Service Unavailable/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Remove On call" }));
    expect(backend.sent.some((sent) => sent.method === "DELETE")).toBe(false);
    await userEvent.click(screen.getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(backend.sent.some((sent) => sent.method === "DELETE")).toBe(true));
  });

  it("are told in a line, without what is secret", () => {
    expect(where(CHANNEL.target)).toBe("https://example.org/hook, signed");
    expect(where({ ...newTarget("slack"), url: "t0ken" } as typeof CHANNEL.target)).not.toContain("t0ken");
    expect(list("a@x, b@x\n")).toEqual(["a@x", "b@x"]);
    expect(lines("-c\n echo hi \n\n")).toEqual(["-c", " echo hi "]);
  });
});
