import { describe, expect, it } from "vitest";
import type { AnsweredTwice } from "../backend/types";
import { answerText, glance, twiceCsv } from "./twice";

const row: AnsweredTwice = {
  id: "01890a5d:3",
  time: 1,
  features: { age: 41.5, town: 'New "York", NY', gap: null },
  before: { label: "no", probabilities: [0.6, 0.4] },
  after: { label: "yes", probabilities: [0.3, 0.7] },
  truth: null,
  apart: true,
  size: 0.3,
};

describe("a row with two answers", () => {
  it("says the class with its probability, or the number", () => {
    expect(answerText(row.before)).toBe("no, 60.0%");
    expect(answerText({ value: 12.25 })).toBe("12.3");
    expect(glance(row.features, 1)).toBe("age 41.5");
  });
  it("is a line of CSV that can be labelled and sent back", () => {
    expect(twiceCsv([row, { ...row, truth: 1 }], { before: "champion", after: "challenger" })).toBe(
      'id,label,champion,challenger,age,town,gap\n01890a5d:3,,no,yes,41.5,"New ""York"", NY",\n' +
        '01890a5d:3,1,no,yes,41.5,"New ""York"", NY",\n',
    );
  });
});
