//! Progress on stderr.

use std::time::Duration;

use ganlet::trainer::{Progress, Stage};
use indicatif::{ProgressBar, ProgressStyle};

/// A bar over training steps.
pub(crate) fn steps(total: u64) -> ProgressBar {
    let template = "{bar:40} {pos}/{len} steps  {per_sec}  {eta} left  {msg}";
    ProgressBar::new(total).with_style(style(template))
}

/// A bar over things that are timed one after another.
pub(crate) fn timings(total: usize) -> ProgressBar {
    ProgressBar::new(total as u64).with_style(style("{bar:40} {pos}/{len}  {eta} left  {msg}"))
}

/// A bar over a share of 1, in thousandths.
pub(crate) fn share(label: &'static str) -> ProgressBar {
    ProgressBar::new(1000)
        .with_style(style("{bar:40} {percent} %  {msg}"))
        .with_message(label)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Tells what is being prepared.
pub(crate) fn preparing() -> (ProgressBar, impl FnMut(Progress)) {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    let shown = spinner.clone();
    let report = move |progress: Progress| {
        shown.set_message(match progress.stage {
            Stage::Adapter => "looking for a device".to_string(),
            Stage::Init => "planning the training step".to_string(),
            Stage::Compile => format!("compiling kernel {} of {}", progress.done, progress.total),
        });
    };
    (spinner, report)
}
