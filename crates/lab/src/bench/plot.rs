//! Curves on logarithmic axes, as SVG.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;

use crate::file;

/// What is drawn in one panel.
pub(super) struct Curve<'a> {
    /// What is varied.
    pub(super) name: &'a str,
    /// Its value, the milliseconds of a step, and those of planning and compiling, all positive.
    pub(super) points: Vec<(f64, f64, f64)>,
}

const PANEL: (u32, u32) = (380, 320);
const STEP: RGBColor = RGBColor(0x1f, 0x5f, 0xa8);
const START: RGBColor = RGBColor(0xc0, 0x5a, 0x1a);

/// One panel beside the other, over the same range of times.
pub(super) fn draw(path: &Path, curves: &[Curve<'_>]) -> Result<()> {
    let times = curves.iter().flat_map(|curve| &curve.points);
    let times = times.flat_map(|&(_, step, start)| [step, start]);
    let (least, most) = times.fold((f64::MAX, 0.0_f64), |(a, b), t| (a.min(t), b.max(t)));
    let size = (PANEL.0 * curves.len() as u32, PANEL.1);
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
    area.fill(&WHITE)?;
    for (curve, panel) in curves.iter().zip(area.split_evenly((1, curves.len()))) {
        panel_of(curve, &panel, least / 1.5..most * 1.5)?;
    }
    area.present()?;
    drop(area);
    file::write(path, text)
}

fn panel_of<B: DrawingBackend>(
    curve: &Curve<'_>,
    panel: &DrawingArea<B, plotters::coord::Shift>,
    times: std::ops::Range<f64>,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let values: Vec<f64> = curve.points.iter().map(|point| point.0).collect();
    let (first, last) =
        (values.iter()).fold((f64::MAX, 0.0_f64), |(a, b), &x| (a.min(x), b.max(x)));
    let across = (first..last * 1.01).log_scale().with_key_points(values);
    let mut chart = ChartBuilder::on(panel)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(across, times.log_scale())?;
    chart
        .configure_mesh()
        .x_desc(curve.name)
        .y_desc("ms")
        .light_line_style(WHITE)
        .x_labels(curve.points.len())
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y}"))
        .draw()?;
    let step: Vec<(f64, f64)> = curve.points.iter().map(|&(x, step, _)| (x, step)).collect();
    let start: Vec<(f64, f64)> = curve
        .points
        .iter()
        .map(|&(x, _, start)| (x, start))
        .collect();
    for (points, color, label) in [(step, STEP, "one step"), (start, START, "plan and compile")] {
        let line = LineSeries::new(points.iter().copied(), color.stroke_width(2));
        chart
            .draw_series(line)?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        chart.draw_series(points.iter().map(|&at| Circle::new(at, 3, color.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .draw()
}
