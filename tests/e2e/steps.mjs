// Steps of a story, which build on each other: after a failed one the rest would only repeat its failure, with worse
// words.
import { test } from "node:test";

/** Makes `step(name, body)`. */
export function steps() {
  let failed = false;
  const step = (name, body) =>
    test(name, async (t) => {
      if (failed) return t.skip("an earlier step failed");
      failed = true;
      await body();
      failed = false;
    });
  step.failed = () => failed;
  return step;
}
