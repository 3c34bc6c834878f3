//! Games small enough to be solved: V(x, y) = xy, and a generator of one point. What moves is counted in f64, by the library's own
//! derivatives and costs, and stands beside what mathematics says.

use std::collections::BTreeMap;

use ganlet::layer::Features;
use ganlet::loss::Cost;
use ganlet::loss::{cost, penalty};
use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::grad::grad;
use ganlet_core::{Builder, DType, Program, Tensor};

use super::report::{Report, Row, Spread, Verdict};

/// What stands for this table.
pub(super) const NAME: &str = "games";

/// The rate of V(x, y) = xy.
const RATE: f64 = 0.1;
const STEPS: usize = 1000;
/// A figure that was counted is that of mathematics up to this.
const TOLERANCE: f64 = 1e-6;

/// Where two players, each with one number, are drawn.
struct Field {
    program: Program,
}

impl Field {
    /// Each player moves against the slope of its own loss, which `losses` makes of both numbers.
    fn new(losses: impl Fn(&Tensor, &Tensor) -> [Tensor; 2]) -> Self {
        let b = Builder::new();
        let [x, y] = ["x", "y"].map(|name| b.input(name, &[1, 1], DType::F32));
        let [of_x, of_y] = losses(&x, &y);
        let pull = [-grad(&of_x, &[&x]).remove(0), -grad(&of_y, &[&y]).remove(0)];
        let slope = |i: usize, of: &Tensor| grad(&pull[i].sum_all(), &[of]).remove(0);
        let jacobian = [slope(0, &x), slope(0, &y), slope(1, &x), slope(1, &y)];
        let named = |values: &[Tensor], entry: &str| {
            let names: Vec<String> = (0..values.len()).map(|i| i.to_string()).collect();
            let outputs: Vec<(&str, &Tensor)> =
                names.iter().map(String::as_str).zip(values).collect();
            b.entry(entry, &[], &outputs);
        };
        named(&pull, "pull");
        named(&jacobian, "jacobian");
        Self {
            program: b.build().expect("two numbers have the shapes they have"),
        }
    }

    fn run<const N: usize>(&self, entry: usize, [x, y]: [f64; 2]) -> [f64; N] {
        let mut evaluator = Evaluator::<f64>::new(&self.program);
        evaluator.inputs = vec![Value::Float(vec![x]), Value::Float(vec![y])];
        let found = evaluator.run(entry);
        std::array::from_fn(|i| found[i].floats()[0])
    }

    fn pull(&self, at: [f64; 2]) -> [f64; 2] {
        self.run(0, at)
    }

    /// `[dx'/dx, dx'/dy, dy'/dx, dy'/dy]` of the pull.
    fn jacobian(&self, at: [f64; 2]) -> [f64; 4] {
        self.run(1, at)
    }
}

/// Where both players are, and where they were a move ago.
type Players = [f64; 4];

/// A way to move.
struct Method {
    name: &'static str,
    step: fn(&Field, Players) -> Players,
    /// The factor on the radius in one step, in the long run.
    exact: fn(f64) -> f64,
}

fn moved([x, y]: [f64; 2], [dx, dy]: [f64; 2]) -> [f64; 2] {
    [x + RATE * dx, y + RATE * dy]
}

const METHODS: [Method; 4] = [
    Method {
        name: "simultaneous descent",
        step: |field, [x, y, ..]| {
            let [a, b] = moved([x, y], field.pull([x, y]));
            [a, b, x, y]
        },
        exact: |rate| (1.0 + rate * rate).sqrt(),
    },
    Method {
        name: "alternating descent",
        step: |field, [x, y, ..]| {
            let a = x + RATE * field.pull([x, y])[0];
            let b = y + RATE * field.pull([a, y])[1];
            [a, b, x, y]
        },
        // The eigenvalues of a turn with determinant 1.
        exact: |_| 1.0,
    },
    Method {
        name: "extragradient",
        step: |field, [x, y, ..]| {
            let ahead = moved([x, y], field.pull([x, y]));
            let [a, b] = moved([x, y], field.pull(ahead));
            [a, b, x, y]
        },
        exact: |rate| (1.0 - rate.powi(2) + rate.powi(4)).sqrt(),
    },
    Method {
        name: "optimistic descent",
        step: |field, [x, y, before_x, before_y]| {
            let (now, before) = (field.pull([x, y]), field.pull([before_x, before_y]));
            let [a, b] = moved([x, y], [2.0 * now[0] - before[0], 2.0 * now[1] - before[1]]);
            [a, b, x, y]
        },
        // The larger root of s^2 - (1 + 2 i rate) s + i rate, s = (1 + 2ir + sqrt(1 - 4 r^2)) / 2.
        exact: |rate| {
            let real = f64::midpoint(1.0, (1.0 - 4.0 * rate * rate).sqrt());
            real.hypot(rate)
        },
    },
];

/// The factor on the radius in one step in the long run: the largest eigenvalue of the step, which is linear here, as the growth
/// of its powers.
fn factor(field: &Field, step: fn(&Field, Players) -> Players) -> f64 {
    const DOUBLINGS: i32 = 30;
    let columns: [Players; 4] = std::array::from_fn(|i| {
        let mut unit = [0.0; 4];
        unit[i] = 1.0;
        step(field, unit)
    });
    let mut power: [[f64; 4]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i]));
    let mut log = 0.0;
    for doubling in 0..DOUBLINGS {
        let square: [[f64; 4]; 4] = std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..4).map(|k| power[i][k] * power[k][j]).sum())
        });
        let norm = square.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
        power = square.map(|row| row.map(|x| x / norm));
        log += norm.ln() / 2_f64.powi(doubling + 1);
    }
    log.exp()
}

/// The larger real part of the eigenvalues of `[a, b, c, d]`, and the imaginary part there.
fn eigenvalue([a, b, c, d]: [f64; 4]) -> [f64; 2] {
    let (mean, determinant) = (f64::midpoint(a, d), a * d - b * c);
    let square = mean * mean - determinant;
    // Two equal ones, up to rounding.
    if square.abs() < 1e-12 {
        return [mean, 0.0];
    }
    match square < 0.0 {
        true => [mean, (-square).sqrt()],
        false => [mean + square.sqrt(), 0.0],
    }
}

/// The generator of one point against a line through the data at 0, D(x) = yx, with R1 of the weight gamma / 2
/// (Mescheder et al. 2018, section 2).
fn dirac(gamma: f64) -> Field {
    Field::new(|x, y| {
        let features = |output: Tensor| Features {
            last: output.clone(),
            output,
        };
        let data = x.constant_like(0.0);
        let d = |at: &Tensor| at * y;
        let r1 = penalty::gradient_penalty(d, &data, &x.sum_all().constant_like(0.0), false);
        let of_g = cost::generator(Cost::NonSaturating, &features(d(x)), || features(d(&data)));
        let of_d = cost::discriminator(
            Cost::NonSaturating,
            &d(&data),
            &d(x),
            &cost::Targets::plain(x),
        );
        [of_g, of_d + r1 * (gamma / 2.0)]
    })
}

fn row(name: String, figures: &[(&str, f64)], counted: f64, exact: f64) -> Row {
    let figures = figures.iter();
    Row {
        name,
        metrics: figures
            .map(|&(metric, value)| (metric.into(), Spread::exact(value)))
            .collect::<BTreeMap<_, _>>(),
        diverged: 0,
        verdict: Some(Verdict {
            expected: format!("as exact, within {TOLERANCE}"),
            came_true: usize::from((counted - exact).abs() <= TOLERANCE),
            runs: 1,
        }),
    }
}

pub(super) fn table() -> Report {
    let field = Field::new(|x, y| [(x * y).sum_all(), -(x * y).sum_all()]);
    let mut rows = Vec::new();
    for method in METHODS {
        let mut players = [1.0, 0.0, 1.0, 0.0];
        for _ in 0..STEPS {
            players = (method.step)(&field, players);
        }
        let (counted, exact) = (factor(&field, method.step), (method.exact)(RATE));
        let figures = [
            ("radius_after_1000_steps", players[0].hypot(players[1])),
            ("factor_per_step", counted),
            ("exact", exact),
        ];
        rows.push(row(
            format!("xy: {}", method.name),
            &figures,
            counted,
            exact,
        ));
    }
    for gamma in [0.0, 0.3, 1.0, 2.0] {
        let [real, imaginary] = eigenvalue(dirac(gamma).jacobian([0.0, 0.0]));
        // The larger root of s^2 + gamma s + 1/4.
        let exact = 0.5 * ((gamma * gamma - 1.0).max(0.0).sqrt() - gamma);
        let figures = [
            ("eigenvalue_real", real),
            ("eigenvalue_imaginary", imaginary),
            ("exact", exact),
        ];
        let name = format!("Dirac-GAN: R1 with gamma {gamma}");
        rows.push(row(name, &figures, real, exact));
    }
    let metrics = [
        "radius_after_1000_steps",
        "factor_per_step",
        "eigenvalue_real",
        "eigenvalue_imaginary",
        "exact",
    ];
    Report {
        table: NAME.into(),
        title: "Games that can be solved".into(),
        teaches: "Tutorial, section 7.2 and figure 37; Mescheder et al. 2018".into(),
        about: format!(
            "Both players of V(x, y) = xy take steps of {RATE} from (1, 0). The flow circles for ever; simultaneous steps leave \
             it outwards by sqrt(1 + r^2) each, alternating ones stay on an ellipse, looking ahead leads inwards. Below, the \
             generator of one point: without a penalty its eigenvalues are imaginary and it circles, with R1 it comes to rest"
        ),
        seeds: 1,
        steps: None,
        only: None,
        metrics: metrics.map(String::from).to_vec(),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_game_goes_as_mathematics_says() {
        for row in table().rows {
            let verdict = row.verdict.unwrap();
            assert_eq!(verdict.came_true, 1, "{}: {:?}", row.name, row.metrics);
        }
    }

    /// The figures that are known of these games, computed elsewhere.
    #[test]
    fn known_figures() {
        let table = table();
        let figure = |row: usize, metric: &str| table.rows[row].metrics[metric].median;
        let near = |found: f64, known: f64, within: f64| {
            assert!((found - known).abs() < within, "{found}, not {known}");
        };
        near(figure(0, "radius_after_1000_steps"), 144.77, 0.05);
        let around = figure(1, "radius_after_1000_steps");
        assert!((0.95..1.06).contains(&around), "{around}");
        near(figure(2, "factor_per_step"), 0.995_04, 1e-5);
        near(figure(3, "factor_per_step"), 0.994_94, 1e-5);
        near(figure(4, "eigenvalue_imaginary"), 0.5, 1e-9);
        near(figure(5, "eigenvalue_imaginary"), 0.477, 1e-3);
        near(figure(7, "eigenvalue_real"), -0.134, 1e-3);
    }
}
