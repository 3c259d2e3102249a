/** Channels as the editor sees them. Pure. */
import type { Channel, ChannelTarget } from "../backend/types";

export type TargetKind = ChannelTarget["kind"];

export const KIND_NAMES: Record<TargetKind, string> = {
  webhook: "webhook",
  email: "e-mail",
  slack: "Slack",
  command: "command",
};

/** Where it goes, without what is secret. */
export function where(target: ChannelTarget): string {
  switch (target.kind) {
    case "webhook":
      return target.url + (target.secret ? ", signed" : "");
    case "email":
      return `${target.to.join(", ")} by ${target.host}:${target.port}`;
    case "slack":
      return "an incoming webhook, its address kept secret";
    case "command":
      return [target.program, ...(target.args ?? [])].join(" ");
  }
}

/** An empty target of a kind. */
export function newTarget(kind: TargetKind): ChannelTarget {
  switch (kind) {
    case "webhook":
      return { kind, url: "", secret: null };
    case "email":
      return { kind, host: "", port: 587, security: "start_tls", user: null, password: null, from: "", to: [] };
    case "slack":
      return { kind, url: "" };
    case "command":
      return { kind, program: "", args: [], timeout_s: 10 };
  }
}

export function newChannel(): Channel {
  return {
    id: 0,
    name: "",
    enabled: true,
    target: newTarget("webhook"),
    severity: "watch",
    models: [],
    resolved: true,
    group_s: 10,
  };
}

/** One a line or between commas, without empty ones. */
export function list(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((part) => part.trim())
    .filter(Boolean);
}

/** One argument a line, as it is. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
