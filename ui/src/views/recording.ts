/** What a model's recording means for its labels, in words. Pure. */
import type { Recording } from "../backend/types";
import { number } from "../format";

/** Why labels may never find their prediction; nothing where every prediction is recorded. */
export function unrecordedNote(recording: Recording): string | undefined {
  switch (recording.mode) {
    case "off":
      return "Recording is off: a label finds no prediction to belong to, and stays unmatched.";
    case "sampled":
      return `Only ${number(recording.share * 100)}% of the requests are recorded: a label of any other finds no prediction, and stays unmatched.`;
    default:
      return undefined;
  }
}
