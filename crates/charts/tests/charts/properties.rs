//! What holds for any data: nothing panics, everything drawn lies in the picture, where the frame says.

use proptest::prelude::*;
use tidegate_charts::*;
use tidegate_core::Time;

use crate::drawn::{assert_inside, polylines};

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -10.0..1000.0, 2 => 0.0..1.0, 1 => proptest::num::f64::ANY, 1 => Just(f64::NAN), 1 => Just(0.5)]
}

fn any_point() -> impl Strategy<Value = Point> {
    let maybe = || proptest::option::weighted(0.8, any_value());
    (prop_oneof![8 => -50.0..1050.0, 1 => any_value()], maybe(), maybe(), maybe())
        .prop_map(|(x, y, low, high)| Point { x, y, low, high })
}

fn any_size() -> impl Strategy<Value = Size> {
    let size = |(width, height)| Size { width, height };
    prop_oneof![
        Just(Size { width: 520, height: 170 }),
        Just(Size { width: 160, height: 32 }),
        (0_u32..300, 0_u32..300).prop_map(size)
    ]
}

fn any_theme() -> impl Strategy<Value = Theme> {
    prop_oneof![Just(Theme::Dark), Just(Theme::Light)]
}

fn any_unit() -> impl Strategy<Value = Unit> {
    use Unit::*;
    proptest::sample::select(vec![Milliseconds, Percent, PerSecond, Count, Bytes, Plain])
}

fn any_x() -> impl Strategy<Value = XAxis> {
    let time = |(from, span, utc_offset_min): (i64, i64, i32)| XAxis::Time {
        from: Time(from),
        to: Time(from.saturating_add(span)),
        utc_offset_min,
    };
    prop_oneof![
        3 => Just(time((0, 1000, 0))),
        1 => (any::<i64>(), 1..i64::MAX, -720..840).prop_map(time),
        1 => (any_value(), any_value()).prop_map(|(from, to)| XAxis::Number { from, to, name: "tree".to_owned() }),
    ]
}

prop_compose! {
    fn any_line()(
        all in prop::collection::vec((prop::collection::vec(any_point(), 0..60), any::<bool>(), any::<bool>()), 0..3),
        x in any_x(),
        unit in any_unit(),
        low in proptest::option::weighted(0.2, any_value()),
        high in proptest::option::weighted(0.2, any_value()),
        limit in proptest::option::of((any_value(), any::<bool>())),
        mark in any::<i64>(),
        text in ".{0,12}",
    ) -> LineChart {
        let series = |(points, dashed, fill)| Series { name: text.clone(), color: Color::C1, points, dashed, fill };
        LineChart {
            series: all.into_iter().map(series).collect(),
            x,
            y: YAxis { unit, low, high },
            threshold: limit.map(|(value, above)| Threshold { value, above, label: text.clone() }),
            marks: [mark, 500].map(|t| Mark { time: Time(t), kind: MarkKind::Alert, text: text.clone() }).to_vec(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_line_chart_is_drawn_inside_its_picture(chart in any_line(), size in any_size(), theme in any_theme()) {
        if let Ok(chart) = line(&chart, size, theme) {
            assert_inside(&chart);
            prop_assert!(chart.frame.y.from < chart.frame.y.to);
            let x = if chart.frame.x.kind == AxisKind::Time { "time" } else { "tree" };
            prop_assert!(chart.frame.csv().starts_with(x));
        }
    }

    #[test]
    fn the_frame_maps_data_to_where_it_is_drawn(values in prop::collection::vec(-1e6..1e6, 2..200)) {
        let point = |(i, value): (usize, &f64)| Point::new(i as f64 * 5.0, Some(*value));
        let points: Vec<Point> = values.iter().enumerate().map(point).collect();
        let to = (values.len() - 1) as f64 * 5.0;
        let chart = LineChart {
            series: vec![Series { name: "a".to_owned(), color: Color::C1, points, dashed: false, fill: false }],
            x: XAxis::Number { from: 0.0, to, name: String::new() },
            y: YAxis { unit: Unit::Plain, low: None, high: None },
            threshold: None,
            marks: vec![],
        };
        let chart = line(&chart, Size { width: 520, height: 170 }, Theme::Dark).expect("a chart");
        let corners = polylines(&chart).remove(0);
        let points = &chart.frame.series[0].points;
        prop_assert_eq!(corners.len(), points.len());
        for (corner, point) in corners.iter().zip(points) {
            let pixel = chart.frame.pixel(point.0, point.1.expect("a value"));
            prop_assert!((corner.0 - pixel.0).abs() <= 0.11 && (corner.1 - pixel.1).abs() <= 0.11);
        }
    }

    #[test]
    fn any_sparkline_is_drawn_inside_its_picture(
        points in prop::collection::vec(any_point(), 0..50), size in any_size(), theme in any_theme(),
    ) {
        assert_inside(&spark(&points, Color::C2, size, theme).expect("a chart"));
    }

    #[test]
    fn any_heatmap_is_drawn_inside_its_picture(
        cells in prop::collection::vec(prop::collection::vec(proptest::option::of(any_value()), 40), 0..20),
        start in -2000_i64..2000, column_ms in 1_i64..200, (low, high) in (any_value(), any_value()),
        density in any::<bool>(), size in any_size(), theme in any_theme(),
    ) {
        let chart = Heatmap {
            rows: (0..cells.len()).map(|row| format!("<feature {row}>")).collect(),
            columns: (0..40).map(|i| Time(start + i * column_ms)).collect(),
            column_ms,
            cells,
            shading: if density { Shading::Density } else { Shading::Threshold { low, high } },
            unit: Unit::Plain,
            from: Time(0),
            to: Time(1000),
            utc_offset_min: 0,
        };
        let chart = heatmap(&chart, size, theme).expect("a chart");
        assert_inside(&chart);
        prop_assert!(!chart.svg.contains("<feature"));
    }

    #[test]
    fn any_confusion_matrix_is_drawn_inside_its_picture(
        counts in prop::collection::vec(prop::collection::vec(any::<u64>(), 12), 12), classes in 0_usize..=12,
        size in any_size(), theme in any_theme(),
    ) {
        let labels = (0..classes).map(|i| format!("class <{i}>")).collect();
        let counts = counts[..classes].iter().map(|row| row[..classes].to_vec()).collect();
        assert_inside(&confusion(&Confusion { labels, counts }, size, theme).expect("a chart"));
    }

    #[test]
    fn any_histogram_is_drawn_inside_its_picture(
        shares in prop::collection::vec((any_value(), any_value()), 0..40), edges in prop::collection::vec(any_value(), 41),
        labelled in any::<bool>(), size in any_size(), theme in any_theme(),
    ) {
        let labels = (0..shares.len()).map(|i| format!("label & {i}")).collect();
        let edges = edges[..=shares.len()].to_vec();
        let (reference, current) = shares.into_iter().unzip();
        let bins = if labelled { Bins::Labels(labels) } else { Bins::Edges(edges) };
        assert_inside(&histogram(&Histogram { bins, reference, current }, size, theme).expect("a chart"));
    }

    #[test]
    fn any_parallel_coordinates_are_drawn_inside_their_picture(
        lines in prop::collection::vec((prop::collection::vec(proptest::option::of(any_value()), 6), 0_u8..3, any_value()), 0..40),
        axes in 0_usize..=6, size in any_size(), theme in any_theme(),
    ) {
        let upright = |i| Upright { name: format!("parameter <{i}>"), ticks: vec![(0.0, "0.001".into()), (1.0, "<1>".into())] };
        let course = |(places, standing, rank): (Vec<Option<f64>>, u8, f64)| Course {
            name: "trial <1>".into(),
            places: places[..axes].to_vec(),
            values: places[..axes].to_vec(),
            standing: [Standing::Best, Standing::Ended(rank), Standing::Stopped][usize::from(standing)],
        };
        let chart = Parallel { axes: (0..axes).map(upright).collect(), lines: lines.into_iter().map(course).collect() };
        assert_inside(&parallel(&chart, size, theme).expect("a chart"));
    }

    #[test]
    fn any_bars_are_drawn_inside_their_picture(
        shares in prop::collection::vec(any_value(), 0..20), size in any_size(), theme in any_theme(),
    ) {
        let rows = shares.into_iter().enumerate().map(|(i, share)| (format!("name <{i}>"), share)).collect();
        assert_inside(&bars(&Bars { rows, of: "loss".into() }, size, theme).expect("a chart"));
    }
}
