//! The average of a network's weights (Yazici et al. 2019), counted again from the weights after each update.

mod start;

use ganlet::ExperimentConfig;
use ganlet::model::Dataset;
use ganlet::trainer::Trainer;
use pollster::block_on;
use start::options;

#[test]
fn an_average_forgets_its_start_and_then_keeps_the_share_it_was_given() {
    let share = 0.75;
    let config = format!(r#"{{"preset": "ring", "generator": {{"average": {share}}}}}"#);
    let options = options(2, Dataset::None);
    let config = ExperimentConfig::parse(&config).unwrap();
    let mut trainer = block_on(Trainer::create(config, options)).unwrap();
    let mut wanted = block_on(trainer.parameters("g")).unwrap();
    for n in 1..=40_u16 {
        block_on(trainer.train(1)).unwrap();
        let kept = (f32::from(n + 1) / f32::from(n + 10)).min(share);
        let now = block_on(trainer.parameters("g")).unwrap();
        for (wanted, now) in wanted.iter_mut().zip(now) {
            *wanted = now + kept * (*wanted - now);
        }
    }
    let found = block_on(trainer.state_numbers("g.average"))
        .unwrap()
        .unwrap();
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!((found - wanted).abs() < 1e-5, "{found}, not {wanted}");
    }
}
