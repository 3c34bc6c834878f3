use super::*;
use crate::config::{Layer, Prior, PriorKind};
use crate::model::gan::Order;
use serde_json::json;

#[test]
fn a_field_that_cannot_be_read_is_named() {
    let field = |overrides: &str| ExperimentConfig::parse(overrides).unwrap_err().field;
    for (overrides, culprit) in [
        (r#"{"preset": "ring", "batch": "many"}"#, "batch"),
        (r#"{"preset": "ring", "bach": 64}"#, "bach"),
        (r#"{"preset": "ring", "data": {"modez": 3}}"#, "data.modez"),
        (r#"{"preset": "ring", "data": {"kind": "square"}}"#, "data"),
        (
            r#"{"preset": "ring", "g_optimizer": {"lr": []}}"#,
            "g_optimizer.lr",
        ),
        (
            r#"{"preset": "ring", "g_optimizer": {"kind": "sgd", "lr": 0.1, "beta1": 0.5}}"#,
            "g_optimizer.beta1",
        ),
        (
            r#"{"preset": "ring", "generator": {"layers": [{"kind": "tanh"}, {"kind": "dense", "unit": 3}]}}"#,
            "generator.layers.1",
        ),
        (
            r#"{"preset": "ring", "generator": {"layers": [{"kind": "tanh", "units": 3}]}}"#,
            "generator.layers.0.units",
        ),
        (
            r#"{"preset": "ring", "generator": {"layers": ["tanh"]}}"#,
            "generator.layers.0",
        ),
    ] {
        assert_eq!(field(overrides), culprit, "{overrides}");
    }
}

fn gan(config: &ExperimentConfig) -> &Gan {
    config.gan().unwrap()
}

#[test]
fn what_is_laid_over_is_merged_first_and_checked_then() {
    let ring = ExperimentConfig::preset("bench-ring").unwrap();
    let set = |changes: &[(&str, Value)]| ring.with_paths(changes.iter().cloned()).unwrap();
    let critic = ring.with(&json!({ "schedule": { "d_steps": 5 } })).unwrap();
    let [order, steps] = [
        ("schedule.order", json!("simultaneous")),
        ("schedule.d_steps", json!(1)),
    ];
    let once = critic.with_paths([order.clone(), steps.clone()]).unwrap();
    assert_eq!(once, critic.with_paths([steps, order]).unwrap());
    assert_eq!(
        (gan(&once).schedule.d_steps, gan(&once).schedule.order),
        (1, Order::Simultaneous)
    );

    let [kind, lr] = [
        ("g_optimizer.kind", json!("sgd")),
        ("g_optimizer.lr", json!(0.1)),
    ];
    let sgd = json!({ "g_optimizer": { "kind": "sgd", "lr": 0.1 } });
    let sgd = ring.with(&sgd).unwrap();
    assert_eq!(set(&[kind.clone(), lr.clone()]), sgd);
    assert_eq!(set(&[lr, kind]), sgd);

    let opened = set(&[("gradient_penalty.weight", json!(0.1))]);
    assert_eq!(gan(&opened).gradient_penalty.as_ref().unwrap().weight, 0.1);
    let uniform = set(&[("prior.kind", json!("uniform"))]);
    assert_eq!(
        gan(&uniform).prior,
        Prior {
            kind: PriorKind::Uniform,
            ..gan(&ring).prior.clone()
        }
    );

    let wide = set(&[("generator.layers.0.units", json!(7))]);
    let over = json!({ "generator": { "layers": { "0": { "units": 7 } } } });
    assert_eq!(wide, ring.with(&over).unwrap());
    let dense = Layer::Dense {
        units: 7,
        bias: true,
    };
    assert_eq!(gan(&wide).generator.layers[0], dense);
    assert_eq!(
        gan(&wide).generator.layers[1..],
        gan(&ring).generator.layers[1..]
    );
    let none = ring
        .with_paths([("generator.layers.99.units", json!(7))])
        .unwrap_err();
    assert_eq!(none.field, "generator.layers.99");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_config() {
    let config = ExperimentConfig::parse("\u{feff}{\"preset\": \"ring\", \"batch\": 8}\n");
    assert_eq!(config.unwrap().batch, 8);
}

#[test]
fn no_message_is_as_long_as_what_it_is_about() {
    let long = "x".repeat(10_000);
    let list = vec![json!(1); 10_000];
    for overrides in [
        json!({ "preset": long }),
        json!({ "preset": "ring", "batch": long }),
        json!({ "preset": "ring", &long: 1 }),
        json!({ "preset": "ring", "cost": long }),
        json!({ "preset": "ring", "data": { "kind": long } }),
        json!({ "preset": "ring", "data": list }),
        json!({ "preset": "ring", "data": { "kind": list } }),
        json!({ "preset": "ring", "g_optimizer": { &long: long } }),
        json!({ "preset": "ring", "g_optimizer": { "lr": 1e300 } }),
        json!({ "preset": "ring", "generator": { "layers": [{ "kind": "tanh", &long: 1 }] } }),
        json!({ "preset": "ring", "generator": { "layers": { &long: 1 } } }),
    ] {
        let said = ExperimentConfig::parse(&overrides.to_string())
            .unwrap_err()
            .to_string();
        assert!(said.len() < 1000, "{} characters: {said:.200}", said.len());
    }
    let said = ExperimentConfig::parse(&long).unwrap_err().to_string();
    assert!(said.len() < 1000 && said.contains("xxx…"), "{said:.200}");
}

#[test]
fn a_number_of_another_kind_is_refused_in_plain_words() {
    for (overrides, part) in [
        (
            r#"{"preset": "ring", "batch": -4}"#,
            "expected a whole number from 0",
        ),
        (
            r#"{"preset": "ring", "real_label": "high"}"#,
            "expected a number",
        ),
    ] {
        let said = ExperimentConfig::parse(overrides).unwrap_err().to_string();
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn what_is_wrong_with_a_kind_is_said() {
    let cause = |layer: &str| {
        let text = format!(r#"{{"preset": "ring", "generator": {{"layers": [{layer}]}}}}"#);
        ExperimentConfig::parse(&text).unwrap_err().to_string()
    };
    for (layer, part) in [
        (
            r#"{"kind": "tanh", "units": 3}"#,
            "unknown field `units`, `tanh` has none",
        ),
        (
            r#"{"kind": "dens"}"#,
            "unknown variant `dens`, expected one of `dense`",
        ),
        (r#"{"units": 3}"#, "missing field `kind`"),
        (r#"{"kind": 3}"#, "invalid kind: 3"),
        (r#""tanh""#, "expected an object with a `kind`"),
        (r#"{"kind": "dense"}"#, "missing field `units`"),
        (
            r#"{"kind": "dense", "units": 2, "unit": 3}"#,
            "unknown field `unit`",
        ),
    ] {
        let cause = cause(layer);
        assert!(cause.contains(part), "{layer}: {cause}");
    }
}
