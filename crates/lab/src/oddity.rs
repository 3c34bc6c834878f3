//! `ganlet parzen-oddity`

use std::path::Path;

use anyhow::Result;
use ganlet::data::ImageKind;
use ganlet::metric::{Rows, parzen};
use serde_json::json;

use crate::{data, progress};

pub(crate) fn run(as_json: bool, folder: Option<&Path>) -> Result<()> {
    let digits = data::images(ImageKind::Mnist, folder)?;
    let bar = progress::share("k-means, then two Parzen windows");
    let (fit, validation, test) = (
        digits.fit().unit_pixels(),
        digits.validation().unit_pixels(),
        digits.test.view().unit_pixels(),
    );
    let side = digits.train.image_len();
    let oddity = parzen::oddity(
        Rows::new("training images", &fit, side)?,
        Rows::new("validation", &validation, side)?,
        Rows::new("test", &test, side)?,
        parzen::OddityOptions::default(),
        &mut |share| bar.set_position((share * 1000.0) as u64),
    )?;
    bar.finish_and_clear();
    if as_json {
        println!(
            "{}",
            json!({ "training": oddity.training, "centroids": oddity.centroids })
        );
    } else {
        for (name, report) in [
            ("real training images", &oddity.training),
            ("k-means centroids", &oddity.centroids),
        ] {
            println!(
                "{name:<22}{:.1} +- {:.1} nats (sigma {:.3})",
                report.nats, report.standard_error, report.sigma
            );
        }
    }
    Ok(())
}
