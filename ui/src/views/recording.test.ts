import { expect, it } from "vitest";
import { unrecordedNote } from "./recording";

it("labels of what was not recorded are told to stay unmatched", () => {
  expect(unrecordedNote({ mode: "all" })).toBeUndefined();
  expect(unrecordedNote({ mode: "off" })).toMatch(/Recording is off: .* stays unmatched/);
  expect(unrecordedNote({ mode: "sampled", share: 0.1 })).toMatch(/^Only 10% of the requests are recorded/);
});
