/** What trains a model, as the form sees it. Pure. */
import type { Runner } from "../backend/types";

export type RunnerKind = Runner["kind"];

export const RUNNERS: { value: RunnerKind; label: string; title: string }[] = [
  { value: "builtin", label: "Built in", title: "the native trainer that fits the file" },
  { value: "command", label: "Command", title: "a program on this machine" },
  { value: "ray", label: "Ray", title: "a job on a Ray cluster" },
  { value: "kubernetes", label: "Kubernetes", title: "a batch/v1 Job" },
];

/** An empty one of a kind. */
export function newRunner(kind: RunnerKind): Runner {
  const remote = { folder: "", there: null, env: {}, data: "csv" as const, timeout_s: 3600, lost_after_s: 300 };
  switch (kind) {
    case "builtin":
      return { kind };
    case "command":
      return { kind, program: "", args: [], env: {}, data: "csv", timeout_s: 3600, memory_mib: null };
    case "ray":
      return { kind, url: "", entrypoint: "", code: null, cpus: 0, gpus: 0, token_file: null, ...remote };
    case "kubernetes":
      return {
        kind,
        url: "",
        kubeconfig: null,
        context: null,
        token_file: null,
        ca_file: null,
        namespace: "default",
        image: "",
        command: [],
        args: [],
        claim: "",
        cpu: "1",
        memory: "2Gi",
        gpus: 0,
        service_account: null,
        keep_s: 86_400,
        ...remote,
      };
  }
}

/** What is still to be filled in, in words. */
export function runnerProblem(runner: Runner): string | undefined {
  const empty = (text: string) => text.trim() === "";
  switch (runner.kind) {
    case "builtin":
      return undefined;
    case "command":
      return empty(runner.program) ? "Name the program that trains" : undefined;
    case "ray":
      if (empty(runner.url)) return "Give the address of the Ray dashboard";
      if (empty(runner.entrypoint)) return "Say what the cluster is to run";
      return empty(runner.folder) ? "Name a folder that this machine and the cluster both see" : undefined;
    case "kubernetes":
      if (empty(runner.image)) return "Name the image that trains";
      if (empty(runner.claim)) return "Name the claim of the shared volume";
      return empty(runner.folder) ? "Name the folder where the shared volume is on this machine" : undefined;
  }
}

/** In a few words. */
export function runnerText(runner: Runner): string {
  switch (runner.kind) {
    case "builtin":
      return "the built-in trainer";
    case "command":
      return [runner.program, ...(runner.args ?? [])].join(" ");
    case "ray":
      return `Ray at ${runner.url}: ${runner.entrypoint}`;
    case "kubernetes":
      return `${runner.image} on Kubernetes, namespace ${runner.namespace ?? "default"}`;
  }
}

/** One `NAME=value` a line. */
export function envText(env: Record<string, string> | undefined): string {
  return Object.entries(env ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
}

/** The variables of such lines; a line without `=` is one without a value. */
export function envOf(text: string): Record<string, string> {
  const pairs = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line): [string, string] => {
      const at = line.indexOf("=");
      return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1)];
    });
  return Object.fromEntries(pairs);
}
