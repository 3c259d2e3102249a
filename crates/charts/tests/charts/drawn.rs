//! Reads coordinates back from a picture.

use tidegate_charts::Chart;

/// The values of an attribute on all elements.
pub fn attribute<'c>(chart: &'c Chart, name: &str) -> Vec<&'c str> {
    let start = format!(" {name}=\"");
    chart.svg.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The corners of each unbroken line.
pub fn polylines(chart: &Chart) -> Vec<Vec<(f64, f64)>> {
    let elements = chart.svg.split('<').filter(|element| element.starts_with("polyline"));
    let in_series = elements.filter(|element| element.contains("stroke-width=\"1.7\""));
    in_series
        .filter_map(|element| Some(corners(element.split("points=\"").nth(1)?.split('"').next()?)))
        .collect()
}

pub fn corners(points: &str) -> Vec<(f64, f64)> {
    let pair = |pair: &str| {
        let (x, y) = pair.split_once(',').expect("a pair");
        (x.parse().expect("a number"), y.parse().expect("a number"))
    };
    points.split_whitespace().map(pair).collect()
}

/// Fails unless every coordinate in the picture is a number within it.
pub fn assert_inside(chart: &Chart) {
    let (width, height) = (f64::from(chart.frame.width), f64::from(chart.frame.height));
    let numbers = |name| attribute(chart, name).into_iter().map(|v| v.parse::<f64>().expect("a number"));
    let points = attribute(chart, "points").into_iter().flat_map(self::corners);
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.unzip();
    let corners: Vec<_> = cell_corners(chart).into_iter().chain(rectangle_ends(chart)).collect();
    let xs = xs.into_iter().chain(["x", "x1", "x2", "cx"].into_iter().flat_map(numbers));
    let ys = ys.into_iter().chain(["y", "y1", "y2", "cy"].into_iter().flat_map(numbers));
    for x in xs.chain(corners.iter().map(|corner| corner.0)) {
        assert!((0.0..=width).contains(&x), "x = {x} is outside of {width}: {}", chart.svg);
    }
    for y in ys.chain(corners.iter().map(|corner| corner.1)) {
        assert!((0.0..=height).contains(&y), "y = {y} is outside of {height}: {}", chart.svg);
    }
}

/// The lower right corner of each rectangle.
fn rectangle_ends(chart: &Chart) -> Vec<(f64, f64)> {
    let rectangles = chart.svg.split('<').filter(|element| element.starts_with("rect"));
    let number = |element: &str, name: &str| -> f64 {
        let value = element.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        value.and_then(|value| value.parse().ok()).expect("a number")
    };
    let end = |r: &str| (number(r, "x") + number(r, "width"), number(r, "y") + number(r, "height"));
    rectangles.map(end).collect()
}

/// Where the cells of a heatmap start.
fn cell_corners(chart: &Chart) -> Vec<(f64, f64)> {
    let cells = attribute(chart, "d").into_iter().flat_map(|path| path.split('M').skip(1));
    let start = |cell: &str| corners(&cell.split('h').next().expect("a cell").replace(' ', ","))[0];
    cells.map(start).collect()
}
