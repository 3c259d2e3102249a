/** Pictures that the server drew, made safe to put into the page, and turned into files. */

const FORBIDDEN = "script, foreignObject, iframe, image, a, use[href^='http'], animate, set";

/** Parses an SVG into an element without anything that could run or load. Throws when it is not an SVG. */
export function safeSvg(text: string): SVGSVGElement {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (parsed.nodeName !== "svg") throw new Error("the server sent a chart that is not an SVG");
  for (const element of parsed.querySelectorAll(FORBIDDEN)) element.remove();
  for (const element of [parsed, ...parsed.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      const link = name === "href" || name.endsWith(":href");
      if (name.startsWith("on") || (link && !value.startsWith("#")) || /url\(\s*['"]?(?!#)/.test(value)) {
        element.removeAttribute(name);
      }
    }
  }
  return parsed as unknown as SVGSVGElement;
}

/** Pixels that title, legend and footer add to an exported chart. */
export const FURNITURE = 74;

export interface Sheet {
  svg: string;
  width: number;
  height: number;
  title: string;
  legend: { name: string; colour: string }[];
  /** Range and version, so that a picture in a report says what it shows. */
  footer: string;
  ink: string;
  muted: string;
  ground: string;
}

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A chart as a file of its own: title and legend above, range and version below. */
export function standalone(sheet: Sheet): string {
  const { width, height } = sheet;
  const full = height + FURNITURE;
  const font = `font-family="Inter, system-ui, sans-serif"`;
  let x = width - 16;
  const legend = [...sheet.legend].reverse().map((entry) => {
    x -= entry.name.length * 6.6 + 22;
    return `<path d="M${x} 22h10" stroke="${entry.colour}" stroke-width="2"/><text x="${x + 15}" y="26" ${font} font-size="12" fill="${sheet.muted}">${escape(entry.name)}</text>`;
  });
  const inner = sheet.svg.replace(/^[^<]*(<\?xml[^>]*>)?/, "").replace("<svg", `<svg x="0" y="40"`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${full}" viewBox="0 0 ${width} ${full}">`,
    `<rect width="${width}" height="${full}" fill="${sheet.ground}"/>`,
    `<text x="16" y="26" ${font} font-size="14" font-weight="600" fill="${sheet.ink}">${escape(sheet.title)}</text>`,
    ...legend,
    inner,
    `<text x="16" y="${full - 14}" ${font} font-size="11" fill="${sheet.muted}">${escape(sheet.footer)}</text>`,
    `</svg>`,
  ].join("");
}

/** Draws an SVG into a PNG at twice its size. */
export async function png(svg: string, width: number, height: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image(width * 2, height * 2);
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * 2;
    canvas.height = height * 2;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the chart could not be drawn as PNG")))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Hands a file to the reader. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
