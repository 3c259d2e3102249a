//! Rewrites what plotters' SVG backend writes into something a browser likes to get: pixels with one decimal
//! instead of tenths of a pixel, no attributes that say the default, cells of one colour as one path.
//! Must not know what the elements mean.

use std::fmt::Write as _;

/// Units of plotters' drawing in one pixel of the chart.
pub(crate) const SCALE: f64 = 10.0;

/// What becomes of a layer's rectangles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Corners {
    Square,
    /// Rounded by so many pixels.
    Round(f64),
    /// Filled rectangles in a row that share a colour become one path, drawn with round joins of `2 x` this
    /// width, which gives them round corners for a quarter of the bytes.
    Merged(f64),
}

/// One element of plotters' output: it writes each on its own line, a text's content on the next.
struct Element<'a> {
    tag: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    text: Option<&'a str>,
}

impl<'a> Element<'a> {
    fn parse(line: &'a str, lines: &mut std::str::Lines<'a>) -> Option<Self> {
        let inner = line.strip_prefix('<')?.trim_end_matches(['>', '/']);
        let (tag, rest) = inner.split_once(' ')?;
        let mut pieces = rest.split('"');
        let mut attributes = Vec::new();
        while let (Some(key), Some(value)) = (pieces.next(), pieces.next()) {
            attributes.push((key.trim().trim_end_matches('='), value));
        }
        let text = if tag == "text" { lines.next() } else { None };
        Some(Self { tag, attributes, text })
    }
    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
    fn tenths(&self, name: &str) -> i64 {
        self.attribute(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }
}

/// The elements inside plotters' `<svg>`, rewritten.
pub(crate) fn tidy(svg: &str, corners: Corners) -> String {
    let mut lines = svg.lines();
    let mut out = String::with_capacity(svg.len() / 2);
    let mut merging: Option<&str> = None;
    lines.next();
    while let Some(line) = lines.next() {
        let Some(element) = Element::parse(line, &mut lines) else { continue };
        if let (Corners::Merged(radius), "rect") = (corners, element.tag) {
            let fill = element.attribute("fill").unwrap_or("none");
            if merging != Some(fill) {
                close_path(&mut merging, &mut out);
                let _ = write!(out, "<path fill=\"{fill}\" stroke=\"{fill}\" d=\"");
                merging = Some(fill);
            }
            write_cell(&element, radius, &mut out);
        } else {
            close_path(&mut merging, &mut out);
            write_element(&element, corners, &mut out);
        }
    }
    close_path(&mut merging, &mut out);
    out
}

fn close_path(merging: &mut Option<&str>, out: &mut String) {
    if merging.take().is_some() {
        out.push_str("\"/>");
    }
}

fn write_cell(rect: &Element, radius: f64, out: &mut String) {
    let inset = (radius * SCALE) as i64;
    let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| rect.tenths(name));
    let (width, height) = ((width - 2 * inset).max(1), (height - 2 * inset).max(1));
    let [x, y, width, height, back] = [x + inset, y + inset, width, height, -width].map(pixels);
    let _ = write!(out, "M{x} {y}h{width}v{height}h{back}z");
}

fn write_element(element: &Element, corners: Corners, out: &mut String) {
    let _ = write!(out, "<{}", element.tag);
    let unstroked = element.attribute("stroke") == Some("none");
    for (key, value) in &element.attributes {
        match *key {
            "font-family" => {}
            "opacity" if *value == "1" => {}
            "stroke" | "stroke-width" if unstroked => {}
            "points" => write_attribute(out, key, &points(value)),
            // Centred on the capitals and figures rather than on the x-height.
            "dy" => write_attribute(out, key, if *value == "0.5ex" { ".36em" } else { value }),
            "x" | "y" | "x1" | "x2" | "y1" | "y2" | "cx" | "cy" | "r" | "width" | "height"
            | "stroke-width" | "font-size" => {
                let tenths = value.parse::<f64>().map_or(0, |v| v.round() as i64);
                write_attribute(out, key, &pixels(tenths));
            }
            _ => write_attribute(out, key, value),
        }
    }
    if let (Corners::Round(radius), "rect") = (corners, element.tag) {
        write_attribute(out, "rx", &radius.to_string());
    }
    match element.text {
        Some(text) => {
            let _ = write!(out, ">{text}</text>");
        }
        None => out.push_str("/>"),
    }
}

fn write_attribute(out: &mut String, key: &str, value: &str) {
    let _ = write!(out, " {key}=\"{value}\"");
}

/// A list of `x,y` pairs in pixels, without repetitions.
fn points(list: &str) -> String {
    let mut out = String::with_capacity(list.len() + list.len() / 4);
    let mut last = "";
    for pair in list.split_ascii_whitespace().filter(|pair| std::mem::replace(&mut last, pair) != *pair) {
        let (x, y) = pair.split_once(',').unwrap_or((pair, "0"));
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&pixels(x.parse().unwrap_or(0)));
        out.push(',');
        out.push_str(&pixels(y.parse().unwrap_or(0)));
    }
    out
}

/// Tenths of a pixel as pixels: 123 is "12.3", 120 is "12".
fn pixels(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWN: &str = "<svg width=\"100\" height=\"100\">\n\
        <rect x=\"10\" y=\"20\" width=\"45\" height=\"50\" opacity=\"1\" fill=\"#112233\" stroke=\"none\"/>\n\
        <rect x=\"60\" y=\"20\" width=\"45\" height=\"50\" opacity=\"1\" fill=\"#112233\" stroke=\"none\"/>\n\
        <polyline fill=\"none\" points=\"0,5 0,5 -11,40 \"/>\n\
        <text x=\"5\" dy=\"0.5ex\" font-family=\"x\" font-size=\"110.00000001\">\na &lt; b\n</text>\n</svg>\n";

    #[test]
    fn coordinates_become_pixels_and_defaults_go() {
        assert_eq!(
            tidy(DRAWN, Corners::Round(2.0)),
            "<rect x=\"1\" y=\"2\" width=\"4.5\" height=\"5\" fill=\"#112233\" rx=\"2\"/>\
             <rect x=\"6\" y=\"2\" width=\"4.5\" height=\"5\" fill=\"#112233\" rx=\"2\"/>\
             <polyline fill=\"none\" points=\"0,0.5 -1.1,4\"/>\
             <text x=\"0.5\" dy=\".36em\" font-size=\"11\">a &lt; b</text>"
        );
    }

    #[test]
    fn cells_of_one_colour_become_one_path() {
        let path = "<path fill=\"#112233\" stroke=\"#112233\" d=\"M2 3h2.5v3h-2.5zM7 3h2.5v3h-2.5z\"/>";
        assert!(tidy(DRAWN, Corners::Merged(1.0)).starts_with(path));
    }
}
