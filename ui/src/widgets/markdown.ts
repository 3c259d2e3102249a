/**
 * The part of Markdown that model cards use, read into data: headings, paragraphs, lists, quotes and code;
 * tables and pictures stay as they were written. Pure.
 *
 * Not a library, because a card comes with a model from anywhere: what is read here is shown as text in elements that
 * the page makes itself, so there is no HTML to sanitise, and nothing a card says can run, load or lead anywhere.
 */

export type Inline =
  { kind: "text" | "code" | "strong" | "em"; text: string } | { kind: "link"; text: string; address: string };

export type Block =
  | { kind: "heading"; level: number; inlines: Inline[] }
  | { kind: "paragraph" | "quote"; inlines: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "code"; text: string }
  | { kind: "rule" };

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const BULLET = /^\s*[-*+]\s+(.*)$/;
const NUMBERED = /^\s*\d{1,9}[.)]\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;

/** Blocks of a text, in its order. Anything not understood is a paragraph, as it was written. */
export function blocks(text: string): Block[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const found: Block[] = [];
  let at = 0;
  /** Takes lines while `pattern` fits, and gives what it caught. */
  const take = (pattern: RegExp): string[] => {
    const taken: string[] = [];
    for (let caught; (caught = pattern.exec(lines[at] ?? "")) && !RULE.test(lines[at] ?? ""); at += 1) {
      taken.push(caught[1] ?? "");
    }
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const heading = HEADING.exec(line);
    const listed = [BULLET, NUMBERED].find((pattern) => pattern.test(line));
    if (line.trim() === "") {
      at += 1;
    } else if (FENCE.test(line)) {
      const end = lines.findIndex((one, index) => index > at && FENCE.test(one));
      const stop = end < 0 ? lines.length : end;
      found.push({ kind: "code", text: lines.slice(at + 1, stop).join("\n") });
      at = stop + 1;
    } else if (RULE.test(line)) {
      found.push({ kind: "rule" });
      at += 1;
    } else if (heading) {
      found.push({ kind: "heading", level: heading[1]?.length ?? 1, inlines: inlines(heading[2] ?? "") });
      at += 1;
    } else if (listed) {
      found.push({ kind: "list", ordered: listed === NUMBERED, items: take(listed).map(inlines) });
    } else if (QUOTE.test(line)) {
      found.push({ kind: "quote", inlines: inlines(take(QUOTE).join("\n")) });
    } else {
      const start = at;
      while (at < lines.length && (at === start || continues(lines[at] ?? ""))) at += 1;
      found.push({ kind: "paragraph", inlines: inlines(lines.slice(start, at).join("\n").trim()) });
    }
  }
  return found;
}

function continues(line: string): boolean {
  return line.trim() !== "" && ![FENCE, HEADING, RULE, BULLET, NUMBERED, QUOTE].some((pattern) => pattern.test(line));
}

// Code before everything, as nothing is marked up inside it.
const MARKS =
  /`([^`]+)`|\*\*(\S(?:[^*]*\S)?)\*\*|(?<!\w)__(\S(?:[^_]*\S)?)__(?!\w)|\*(\S(?:[^*]*\S)?)\*|(?<!\w)_(\S(?:[^_]*\S)?)_(?!\w)|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** Code, bold, italic and links of one piece of text. */
export function inlines(text: string): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    const [whole, code, bold, bold2, italic, italic2, link, address] = match;
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    const strong = bold ?? bold2;
    const em = italic ?? italic2;
    if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", text: strong });
    else if (em !== undefined) found.push({ kind: "em", text: em });
    else found.push({ kind: "link", text: link ?? "", address: address ?? "" });
    from = match.index + whole.length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}
