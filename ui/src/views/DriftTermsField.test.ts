import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import DriftTermsField from "./DriftTermsField.svelte";

describe("the definition of drift", () => {
  it("is chosen for the model and for single inputs", async () => {
    const onsave = vi.fn();
    const value = { definition: "scipy", columns: { age: "nannyml" } } as const;
    render(DriftTermsField, { value, names: ["age", "bmi", "prediction"], onsave });
    expect(screen.getByText("Single inputs: 1 by another")).toBeTruthy();

    await userEvent.selectOptions(screen.getByLabelText(/Whose definition/), "evidently");
    expect(onsave).toHaveBeenLastCalledWith({ definition: "evidently", columns: { age: "nannyml" } });
    await userEvent.selectOptions(screen.getByLabelText("bmi"), "tidegate");
    expect(onsave).toHaveBeenLastCalledWith({ definition: "scipy", columns: { age: "nannyml", bmi: "tidegate" } });
    await userEvent.selectOptions(screen.getByLabelText("age"), "as the model");
    expect(onsave).toHaveBeenLastCalledWith({ definition: "scipy", columns: {} });
  });
});
