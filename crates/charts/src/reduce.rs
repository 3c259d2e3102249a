//! Makes long series short without losing their spikes. Must not know how they are drawn.

use crate::Point;

/// At most two points (the lowest and the highest, in their order) for each of `columns` equal columns
/// between `from` and `to`; a column without any value stays a gap. Series that fit are returned as they are.
///
/// Gaps narrower than a column are closed, as they would be narrower than the line.
pub(crate) fn reduce(points: Vec<Point>, from: f64, to: f64, columns: usize) -> Vec<Point> {
    let columns = columns.max(1);
    if points.len() <= 2 * columns {
        return points;
    }
    let column =
        |point: &Point| (((point.x - from) / (to - from) * columns as f64) as usize).min(columns - 1);
    points.chunk_by(|a, b| column(a) == column(b)).flat_map(extremes).collect()
}

fn extremes(column: &[Point]) -> Vec<Point> {
    let with_values = || column.iter().enumerate().filter_map(|(i, point)| Some((i, point.y?)));
    let lowest = with_values().min_by(|a, b| a.1.total_cmp(&b.1));
    let highest = with_values().max_by(|a, b| a.1.total_cmp(&b.1));
    let (Some((lowest, _)), Some((highest, _))) = (lowest, highest) else {
        return column[..1].to_vec();
    };
    let low = column.iter().filter_map(|point| point.low).min_by(f64::total_cmp);
    let high = column.iter().filter_map(|point| point.high).max_by(f64::total_cmp);
    let mut kept = vec![lowest.min(highest), lowest.max(highest)];
    kept.dedup();
    kept.into_iter().map(|index| Point { low, high, ..column[index] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_and_a_gap_survive() {
        let mut points: Vec<Point> = (0..100_000).map(|i| Point::new(f64::from(i), Some(1.0))).collect();
        points[54_321].y = Some(99.0);
        points[60_000..70_000].iter_mut().for_each(|point| point.y = None);
        let reduced = reduce(points, 0.0, 100_000.0, 500);
        assert!(reduced.len() <= 1000);
        assert!(reduced.contains(&Point::new(54_321.0, Some(99.0))));
        assert!(reduced.iter().any(|point| point.y.is_none()));
        assert!(reduced.is_sorted_by(|a, b| a.x < b.x));
    }
}
