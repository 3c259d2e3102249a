import { describe, expect, it } from "vitest";
import { safeSvg, standalone } from "./svg";

const wrap = (inner: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">${inner}</svg>`;

describe("a chart from the server", () => {
  it("keeps its shapes", () => {
    const svg = safeSvg(wrap('<path d="M0 0"/><use href="#a"/><text>p99</text>'));
    expect(svg.querySelectorAll("path, use[href], text")).toHaveLength(3);
  });
  it("loses everything that could run or load", () => {
    const svg = safeSvg(
      wrap(
        '<script>1</script><path onclick="x()" d="M0 0"/><image href="http://e"/><a href="javascript:x()"/>' +
          '<foreignObject/><rect fill="url(http://e#a)"/><rect fill="url(#mine)"/>',
      ),
    );
    expect(svg.querySelectorAll("script, image, a, foreignObject, [onclick]")).toHaveLength(0);
    expect([...svg.querySelectorAll("rect")].map((rect) => rect.getAttribute("fill"))).toEqual([null, "url(#mine)"]);
  });
  it("is refused when it is no SVG", () => {
    expect(() => safeSvg("<html/>")).toThrow("not an SVG");
    expect(() => safeSvg("nonsense")).toThrow("not an SVG");
  });
});

describe("an exported chart", () => {
  it("says what it shows, and is one well-formed picture", () => {
    const text = standalone({
      svg: wrap('<path d="M0 0"/>'),
      width: 480,
      height: 168,
      title: "Latency <p99>",
      legend: [{ name: "p50", colour: "#123456" }],
      footer: "churn, v3, 13:00 to 14:00",
      ink: "#000",
      muted: "#555",
      ground: "#fff",
    });
    const svg = safeSvg(text);
    expect(svg.getAttribute("height")).toBe("242");
    expect([...svg.querySelectorAll("text")].map((one) => one.textContent)).toEqual([
      "Latency <p99>",
      "p50",
      "churn, v3, 13:00 to 14:00",
    ]);
    expect(svg.querySelector("svg path")).not.toBeNull();
  });
});
