import { describe, expect, it } from "vitest";
import { envOf, envText, newRunner, runnerProblem, runnerText, RUNNERS } from "./runner";

describe("runners", () => {
  it("reads variables as they are written", () => {
    const env = envOf("EPOCHS=40\n\n  CUDA_VISIBLE_DEVICES = 0,1\nURL=a=b\nEMPTY");
    expect(env).toEqual({ EPOCHS: "40", CUDA_VISIBLE_DEVICES: " 0,1", URL: "a=b", EMPTY: "" });
    expect(envOf(envText({ A: "1", B: "x=y" }))).toEqual({ A: "1", B: "x=y" });
    expect(envText(undefined)).toBe("");
  });

  it("says what is missing of each kind", () => {
    const problems = RUNNERS.map(({ value }) => runnerProblem(newRunner(value)));
    expect(problems[0]).toBeUndefined();
    for (const problem of problems.slice(1)) expect(problem).toMatch(/^[A-Z]/);
    const command = { ...newRunner("command"), program: "python3", args: ["train.py"] };
    expect(runnerProblem(command)).toBeUndefined();
    expect(runnerText(command)).toBe("python3 train.py");
  });
});
