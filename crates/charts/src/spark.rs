//! The sparkline of a card: one line with a soft fill, without axes. Must not know what it stands for.

use tidegate_core::Result;

use crate::canvas::Canvas;
use crate::curve::Curve;
use crate::{Axis, Chart, Color, Frame, Point, Rect, Series, Size, Theme, Unit};

/// Room for half the line's width.
const EDGE: f64 = 1.5;

/// Draws the points over the whole width, from their lowest to their highest value.
///
/// # Errors
/// `Internal` if plotters can't draw.
pub fn spark(points: &[Point], color: Color, size: Size, theme: Theme) -> Result<Chart> {
    let size = size.drawable();
    let x = x_axis(points);
    let series = Series { name: String::new(), color, points: points.to_vec(), dashed: false, fill: true };
    let curve = Curve::of(&series, &x, size);
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let frame = Frame {
        width: size.width,
        height: size.height,
        plot: Rect { x: EDGE, y: EDGE, width: width - 2.0 * EDGE, height: height - 2.0 * EDGE },
        x,
        y: y_axis(&curve.inside),
        unit: Unit::Plain,
        series: vec![curve.for_frame(Unit::Plain)],
        marks: Vec::new(),
    };
    let mut canvas = Canvas::new(&frame, theme);
    curve.draw(&mut canvas, &frame, theme)?;
    let svg = canvas.finish(&summary(&curve.inside));
    Ok(Chart { svg, frame })
}

fn x_axis(points: &[Point]) -> Axis {
    let finite = points.iter().map(|point| point.x).filter(|x| x.is_finite());
    let (least, most) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let drawable = most > least && (most - least).is_finite();
    let (from, to) = if drawable {
        (least, most)
    } else {
        (least.clamp(-1e15, 1e15) - 0.5, least.clamp(-1e15, 1e15) + 0.5)
    };
    Axis::number(from, to, "")
}

/// From the lowest to the highest value; a constant runs through the middle, constant zero along the bottom.
fn y_axis(points: &[Point]) -> Axis {
    let values = points.iter().filter_map(|point| point.y).map(|y| y.clamp(-1e15, 1e15));
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(y), b.max(y)));
    let rounding = low.abs().max(high.abs()) * 1e-9;
    let (from, to) = match () {
        () if low > high || (low == 0.0 && high == 0.0) => (0.0, 1.0),
        () if high - low <= rounding => (low - low.abs(), low + low.abs()),
        () => (low, high),
    };
    Axis::number(from, to, "")
}

fn summary(points: &[Point]) -> String {
    let mut values = points.iter().filter_map(|point| point.y);
    match (values.next(), values.next_back()) {
        (Some(first), Some(last)) => {
            format!("Trend from {} to {}", Unit::Plain.say(first), Unit::Plain.say(last))
        }
        (Some(only), None) => format!("One value, {}", Unit::Plain.say(only)),
        _ => "No data".to_owned(),
    }
}
