import { render } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { blocks, inlines } from "./markdown";
import Markdown from "./Markdown.svelte";

describe("Markdown of cards", () => {
  it("reads headings, paragraphs, lists, quotes, code and rules", () => {
    const text =
      "# Churn\nWho may leave,\nby month.\n\n- one\n- two\n1. first\n> careful\n\n---\n```py\n# not a heading\n```";
    expect(blocks(text).map((block) => block.kind)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "quote",
      "rule",
      "code",
    ]);
    expect(blocks("```\nnever closed")).toEqual([{ kind: "code", text: "never closed" }]);
    expect(blocks("")).toEqual([]);
  });
  it("reads code, bold, italic and links, and leaves the rest alone", () => {
    expect(inlines("a **b** `**c**` *d* [e](https://f)")).toEqual([
      { kind: "text", text: "a " },
      { kind: "strong", text: "b" },
      { kind: "text", text: " " },
      { kind: "code", text: "**c**" },
      { kind: "text", text: " " },
      { kind: "em", text: "d" },
      { kind: "text", text: " " },
      { kind: "link", text: "e", address: "https://f" },
    ]);
    for (const plain of ["mean_absolute_error", "2 * 3 * 4", "**", "[x]", "5_000"]) {
      expect(inlines(plain)).toEqual([{ kind: "text", text: plain }]);
    }
  });
  it("ends on any text", () => {
    const signs = "#-*_`>[]()1. \n~ab";
    let seed = 7;
    const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648);
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: 40 }, () => signs[next() % signs.length]).join("");
      expect(Array.isArray(blocks(text))).toBe(true);
    }
  });
  it("makes nothing of a card that could run, load or lead away", () => {
    const text = "<img src=x onerror=alert(1)> [go](javascript:alert(1)) ![p](https://x/p.png) <script>1</" + "script>";
    const { container } = render(Markdown, { text });
    expect(container.querySelector("img, script, a, iframe")).toBeNull();
    expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(container.textContent).toContain("(javascript:alert(1)");
  });
});
