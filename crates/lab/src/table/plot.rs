//! A table as SVG: one panel for each metric, one line for each row, from least to most with a dot at the median.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;

use super::report::Report;
use crate::file;

const LINE: u32 = 22;
const PANEL: u32 = 240;
const NAMES: u32 = 260;
const MARGIN: u32 = 44;
const BLUE: RGBColor = RGBColor(0x1f, 0x5f, 0xa8);
const INK: RGBColor = RGBColor(0x33, 0x33, 0x33);

pub(super) fn draw(path: &Path, report: &Report) -> Result<()> {
    let columns: Vec<&String> = report
        .metrics
        .iter()
        .filter(|metric| (report.rows.iter()).any(|row| row.metrics.contains_key(*metric)))
        .collect();
    let height = LINE * report.rows.len() as u32 + 2 * MARGIN;
    let width = NAMES + PANEL * columns.len() as u32;
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let style = ("sans-serif", 13).into_font().color(&INK);
    let middle = |row: usize| (MARGIN + LINE * row as u32 + LINE / 2) as i32;
    for (i, row) in report.rows.iter().enumerate() {
        area.draw(&Text::new(
            row.name.clone(),
            (8, middle(i) - 6),
            style.clone(),
        ))?;
    }
    for (i, metric) in columns.into_iter().enumerate() {
        let left = NAMES + PANEL * i as u32;
        let panel = area.margin(0, 0, left, width - left - PANEL);
        let title = metric.replace('_', " ");
        panel.draw(&Text::new(title, (8, MARGIN as i32 / 2), style.clone()))?;
        panel_of(report, metric, &panel)?;
    }
    area.present()?;
    drop(area);
    file::write(path, text)
}

fn panel_of<B: DrawingBackend>(
    report: &Report,
    metric: &str,
    panel: &DrawingArea<B, plotters::coord::Shift>,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let found = || {
        // The first row stands at the top.
        let rows = report.rows.iter().rev().enumerate();
        rows.filter_map(|(i, row)| Some((i as f64, row.metrics.get(metric)?)))
    };
    let (least, most) = found().fold((f64::MAX, f64::MIN), |(least, most), (_, spread)| {
        (least.min(spread.min), most.max(spread.max))
    });
    // Room beside the outermost dots, also where all are equal.
    let room = ((most - least) * 0.06).max(most.abs() * 0.02 + 1e-9);
    let rows = report.rows.len() as f64;
    let mut chart = ChartBuilder::on(panel)
        .margin_left(8)
        .margin_right(8)
        .margin_top(MARGIN)
        .x_label_area_size(MARGIN)
        .build_cartesian_2d(least - room..most + room, -0.5..rows - 0.5)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(WHITE)
        .x_labels(4)
        .draw()?;
    for (y, spread) in found() {
        let range = [(spread.min, y), (spread.max, y)];
        chart.draw_series(LineSeries::new(range, BLUE.stroke_width(2)))?;
        chart.draw_series([Circle::new((spread.median, y), 4, BLUE.filled())])?;
    }
    Ok(())
}
