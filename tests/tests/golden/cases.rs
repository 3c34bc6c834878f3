//! The cases as Ganlet's graphs, in the order of `make.py`.

use ganlet::layer::{leaky_relu, softplus};
use ganlet::loss::penalty::gradient_penalty;
use ganlet_core::grad::grad;
use ganlet_core::{Tensor, Window};

use super::file::Given;

/// Traces a case's only entry.
type Trace = fn(&mut Given<'_>);

pub(crate) const CASES: &[(&str, Trace)] = &[
    ("multilayer perceptron", |g| {
        let [x, w1, b1, w2, b2, target] = states(g, ["x", "w1", "b1", "w2", "b2", "target"]);
        let y = (x.matmul(&w1) + &b1).tanh().matmul(&w2) + &b2;
        let loss = (y - target).square().mean_all();
        gradients(
            g,
            &loss,
            &[
                ("x", &x),
                ("w1", &w1),
                ("b1", &b1),
                ("w2", &w2),
                ("b2", &b2),
            ],
        );
    }),
    ("batch norm", |g| {
        let [x, gamma, beta, weight] = states(g, ["x", "gamma", "beta", "weight"]);
        let centred = &x - x.mean(&[0]);
        let deviation = (centred.square().mean(&[0]) + 1e-5).sqrt();
        let y = centred / deviation * &gamma + &beta;
        let loss = (y.tanh() * weight).sum_all();
        gradients(g, &loss, &[("x", &x), ("gamma", &gamma), ("beta", &beta)]);
    }),
    ("maxout", |g| {
        let [x, w, b, weight] = states(g, ["x", "w", "b", "weight"]);
        let pieces = (x.matmul(&w) + &b).reshape(&[5, 2, 4]).max_along(&[2]);
        let loss = (pieces.reshape(&[5, 2]) * weight).sum_all();
        gradients(g, &loss, &[("x", &x), ("w", &w), ("b", &b)]);
    }),
    ("ties of a maximum share the gradient", |g| {
        let [x, weight] = states(g, ["x", "weight"]);
        let loss = (x.max_along(&[1]).square() * weight).sum_all();
        gradients(g, &loss, &[("x", &x)]);
    }),
    ("softmax cross entropy", |g| {
        let [x, labels] = states(g, ["x", "labels"]);
        let shifted = &x - x.max_along(&[1]).detach();
        let log_softmax = &shifted - shifted.exp().sum(&[1]).log();
        let loss = -(log_softmax * labels).sum(&[1]).mean_all();
        gradients(g, &loss, &[("x", &x)]);
    }),
    ("rows of an embedding", |g| {
        let [table, weight] = states(g, ["table", "weight"]);
        let index = [4, 0, 0, 2, 4, 4].map(|i| g.builder.full_u32(&[1, 1], i));
        let index = index.iter().enumerate().map(|(i, row)| {
            let mut padding = [(0, 0), (0, 0)];
            padding[0] = (i, 5 - i);
            row.pad(&padding)
        });
        let index = index.reduce(|a, b| a + b).expect("six rows").reshape(&[6]);
        let loss = (table.gather(&index).sin() * weight).sum_all();
        gradients(g, &loss, &[("table", &table)]);
    }),
    ("movements", |g| {
        let [x, y, weight] = states(g, ["x", "y", "weight"]);
        let joined = Tensor::concat(&[&x.sin(), &(&y * 2.0)], 1);
        let turned = joined.flip(&[0, 2]).permute(&[2, 1, 0]).narrow(0, 1, 3);
        let padded = turned.pad(&[(1, 0), (0, 0), (0, 2)]);
        let loss = (padded.square() * weight).sum_all();
        gradients(g, &loss, &[("x", &x), ("y", &y)]);
    }),
    ("products in batches", |g| {
        let [q, k, v, weight] = states(g, ["q", "k", "v", "weight"]);
        let scores = q.matmul(&k.t());
        let scores = (&scores - scores.max_along(&[2]).detach()).exp();
        let attention = &scores / scores.sum(&[2]);
        let loss = (attention.matmul(&v) * weight).sum_all();
        gradients(g, &loss, &[("q", &q), ("k", &k), ("v", &v)]);
    }),
    ("minibatch discrimination", |g| {
        let [x, t, weight] = states(g, ["x", "t", "weight"]);
        let m = x.matmul(&t);
        let difference = m.reshape(&[4, 1, 3, 2]) - m.reshape(&[1, 4, 3, 2]);
        let closeness = (-difference.abs().sum(&[3])).exp();
        // Not to itself: on the diagonal rows and columns are equal.
        let (row, column) = (g.builder.iota(&[4, 4], 0), g.builder.iota(&[4, 4], 1));
        let same = row.equal(&column).reshape(&[4, 4, 1, 1]);
        let others = same.select(&g.builder.scalar(0.0), &closeness);
        let loss = (others.sum(&[1]).reshape(&[4, 3]) * weight).sum_all();
        gradients(g, &loss, &[("x", &x), ("t", &t)]);
    }),
    ("softplus", |g| {
        let x = g.state("x");
        let value = softplus(&x);
        let slope = grad(&value, &[&x]).remove(0);
        let curvature = grad(&slope, &[&x]).remove(0);
        let outputs = [
            ("value", &value),
            ("slope", &slope),
            ("curvature", &curvature),
        ];
        g.builder.entry("step", &[], &outputs);
    }),
    ("cross entropy of logits", |g| {
        let [x, target] = states(g, ["x", "target"]);
        let loss = cross_entropy(&x, &target);
        gradients(g, &loss, &[("x", &x)]);
    }),
    ("minimax cost of the generator", |g| {
        // log(1 - sigmoid(x)) is -softplus(x).
        let x = g.state("x");
        let loss = -softplus(&x.narrow(0, 0, 7)).mean_all();
        gradients(g, &loss, &[("x", &x)]);
    }),
    ("leaky relu, second order", |g| {
        let [x, w, weight] = states(g, ["x", "w", "weight"]);
        let inner = (leaky(&x.matmul(&w)).square() * weight).sum_all();
        let loss = grad(&inner, &[&x]).remove(0).square().sum_all();
        gradients(g, &loss, &[("x", &x), ("w", &w)]);
    }),
    ("gradient penalty", |g| {
        let [real, fake, epsilon] = states(g, ["real", "fake", "epsilon"]);
        let [w1, b1, w2, b2] = states(g, ["w1", "b1", "w2", "b2"]);
        let critic = |x: &Tensor| leaky(&(x.matmul(&w1) + &b1)).matmul(&w2) + &b2;
        let target = g.builder.scalar(1.0);
        let between = &fake + epsilon * (real - &fake);
        let loss = gradient_penalty(critic, &between, &target, false) * 10.0;
        gradients(
            g,
            &loss,
            &[("w1", &w1), ("b1", &b1), ("w2", &w2), ("b2", &b2)],
        );
    }),
    ("spectral norm by power iteration", |g| {
        let [w, mut u, x, weight] = states(g, ["w", "u", "x", "weight"]);
        let unit = |v: &Tensor| v / v.square().sum(&[0, 1]).sqrt();
        let mut v = u.clone();
        for _ in 0..3 {
            v = unit(&w.t().matmul(&u));
            u = unit(&w.matmul(&v));
        }
        let sigma = u.detach().t().matmul(&w).matmul(&v.detach());
        let loss = (x.matmul(&(&w / sigma)).tanh() * weight).sum_all();
        gradients(g, &loss, &[("w", &w), ("x", &x)]);
    }),
    ("unrolled game", |g| {
        let [real, z, w, d] = states(g, ["real", "z", "g", "d"]);
        let fake = z.matmul(&w);
        let mut unrolled = d.clone();
        for _ in 0..2 {
            let cost = softplus(&-real.matmul(&unrolled)).mean_all()
                + softplus(&fake.matmul(&unrolled)).mean_all();
            unrolled = &unrolled - grad(&cost, &[&unrolled]).remove(0) * 0.5;
        }
        let loss = softplus(&-fake.matmul(&unrolled)).mean_all();
        gradients(g, &loss, &[("g", &w), ("d", &d)]);
    }),
    ("adam", |g| {
        let mut adam = Adam::new(g, "", 0.02);
        descend(g, |g, p, slope| {
            let next = adam.step(g, p, slope);
            adam.updates
                .push((adam.time.clone(), adam.next_time.clone()));
            (next, std::mem::take(&mut adam.updates))
        });
    }),
    ("rmsprop", |g| {
        let memory = g.zeros("memory", &[5]);
        descend(g, |_, p, slope| {
            let next = &memory * 0.9 + slope.square() * 0.1;
            let moved = p - slope / (&next + 1e-8).sqrt() * 0.01;
            (moved, vec![(memory, next)])
        });
    }),
    ("momentum", |g| {
        let velocity = g.zeros("velocity", &[5]);
        descend(g, |_, p, slope| {
            let next = &velocity * 0.9 + slope;
            (p - &next * 0.002, vec![(velocity, next)])
        });
    }),
    ("three steps of a game", |g| {
        let (real, z) = (g.input("real"), g.input("z"));
        let generator = states(g, ["g w1", "g b1", "g w2", "g b2"]);
        let discriminator = states(g, ["d w1", "d b1", "d w2", "d b2"]);
        let generate = |[w1, b1, w2, b2]: &[Tensor; 4]| (z.matmul(w1) + b1).tanh().matmul(w2) + b2;
        let discriminate = |[w1, b1, w2, b2]: &[Tensor; 4], x: &Tensor| {
            leaky(&(x.matmul(w1) + b1)).matmul(w2) + b2
        };
        let fake = generate(&generator);
        let mut adam = Adam::new(g, "both ", 0.01);

        // Detached: else the generator would be taught how its samples move the discriminator, as in an unrolled game.
        let d_loss = softplus(&-discriminate(&discriminator, &real)).mean_all()
            + softplus(&discriminate(&discriminator, &fake.detach())).mean_all();
        let next_d = adam.step_all(g, &discriminator, &d_loss);
        let g_loss = softplus(&-discriminate(&next_d, &fake)).mean_all();
        let next_g = adam.step_all(g, &generator, &g_loss);

        let names = [
            "g w1", "g b1", "g w2", "g b2", "d w1", "d b1", "d w2", "d b2",
        ];
        let before = generator.iter().chain(&discriminator);
        let after: Vec<&Tensor> = next_g.iter().chain(&next_d).collect();
        let mut updates: Vec<(&Tensor, &Tensor)> = before.zip(after.iter().copied()).collect();
        updates.extend(adam.updates.iter().map(|(state, next)| (state, next)));
        updates.push((&adam.time, &adam.next_time));
        let mut outputs: Vec<(&str, &Tensor)> = names.into_iter().zip(after).collect();
        outputs.extend([("d loss", &d_loss), ("g loss", &g_loss)]);
        g.builder.entry("step", &updates, &outputs);
    }),
    ("conv with uneven tails", |g| conv(g, uneven(), 1)),
    ("conv with uneven tails, second order", |g| {
        conv(g, uneven(), 2)
    }),
    ("transposed conv", |g| {
        conv(g, [transposed(2, (2, 2)); 2], 1)
    }),
    ("transposed conv, second order", |g| {
        conv(g, [transposed(2, (2, 2)); 2], 2)
    }),
    ("transposed conv, odd and threefold", |g| conv(g, same(), 1)),
    ("transposed conv, odd and threefold, second order", |g| {
        conv(g, same(), 2)
    }),
    ("dilated conv", |g| conv(g, dilated(), 1)),
    ("dilated conv, second order", |g| conv(g, dilated(), 2)),
    ("conv with both dilations", |g| conv(g, both(), 1)),
    ("conv with both dilations, second order", |g| {
        conv(g, both(), 2)
    }),
];

fn uneven() -> [Window; 2] {
    let (down, right) = (strided(2, (1, 0)), strided(3, (0, 1)));
    [down, right]
}

fn strided(stride: usize, padding: (i64, i64)) -> Window {
    Window {
        stride,
        padding,
        ..Window::default()
    }
}

fn transposed(lhs_dilation: usize, padding: (i64, i64)) -> Window {
    Window {
        lhs_dilation,
        padding,
        ..Window::default()
    }
}

/// What `"SAME"` of `conv_transpose` means: a result of stride times input.
fn same() -> [Window; 2] {
    [transposed(2, (2, 1)), transposed(3, (3, 3))]
}

fn dilated() -> [Window; 2] {
    let down = Window {
        rhs_dilation: 2,
        ..strided(1, (2, 1))
    };
    let right = Window {
        rhs_dilation: 3,
        ..strided(2, (-1, 2))
    };
    [down, right]
}

fn both() -> [Window; 2] {
    let down = Window {
        lhs_dilation: 3,
        rhs_dilation: 2,
        ..strided(2, (3, -1))
    };
    let right = Window {
        lhs_dilation: 2,
        ..strided(3, (-1, 2))
    };
    [down, right]
}

/// `conv_cases` of `make.py`: the cost itself, or the squared slope of its input.
fn conv(g: &Given<'_>, windows: [Window; 2], order: usize) {
    let [x, w, weight] = states(g, ["x", "w", "weight"]);
    let cost = (x.conv(&w, &windows).tanh() * weight).sum_all();
    let loss = match order {
        1 => cost,
        _ => grad(&cost, &[&x]).remove(0).square().sum_all(),
    };
    gradients(g, &loss, &[("x", &x), ("w", &w)]);
}

fn states<const N: usize>(g: &Given<'_>, names: [&str; N]) -> [Tensor; N] {
    names.map(|name| g.state(name))
}

/// An entry that gives a loss and its gradients, as `with_gradients` of `make.py` does.
fn gradients(g: &Given<'_>, loss: &Tensor, of: &[(&str, &Tensor)]) {
    let tensors: Vec<&Tensor> = of.iter().map(|(_, tensor)| *tensor).collect();
    let gradients = grad(loss, &tensors);
    let names: Vec<String> = of.iter().map(|(name, _)| format!("d {name}")).collect();
    let mut outputs = vec![("loss", loss)];
    outputs.extend(names.iter().map(String::as_str).zip(&gradients));
    g.builder.entry("step", &[], &outputs);
}

fn cross_entropy(logits: &Tensor, target: &Tensor) -> Tensor {
    (softplus(logits) - logits * target).mean_all()
}

fn leaky(x: &Tensor) -> Tensor {
    leaky_relu(x, 0.2)
}

/// State and its next value.
type Updates = Vec<(Tensor, Tensor)>;

/// An entry that takes one step down the curved valley of `make.py`.
fn descend(
    g: &mut Given<'_>,
    step: impl FnOnce(&Given<'_>, &Tensor, &Tensor) -> (Tensor, Updates),
) {
    let p = g.state("p");
    let (low, high) = (p.narrow(0, 0, 4), p.narrow(0, 1, 4));
    let loss = (high - low.square()).square().sum_all() * 10.0 + (1.0 - low).square().sum_all();
    let slope = grad(&loss, &[&p]).remove(0);
    let (next, updates) = step(g, &p, &slope);
    let mut all: Vec<(&Tensor, &Tensor)> = updates.iter().map(|(s, n)| (s, n)).collect();
    all.push((&p, &next));
    g.builder
        .entry("step", &all, &[("loss", &loss), ("p", &next)]);
}

/// Adam with a first decay of 0.5, as GANs use it.
struct Adam {
    prefix: String,
    rate: f64,
    time: Tensor,
    next_time: Tensor,
    updates: Updates,
}

impl Adam {
    fn new(g: &Given<'_>, prefix: &str, rate: f64) -> Self {
        let time = g.zeros(&format!("{prefix}time"), &[1]);
        Self {
            prefix: prefix.into(),
            rate,
            next_time: &time + 1.0,
            time,
            updates: vec![],
        }
    }

    fn step(&mut self, g: &Given<'_>, p: &Tensor, slope: &Tensor) -> Tensor {
        let memory = |kind: &str| {
            let index = self.updates.len();
            g.zeros(&format!("{}{kind} {index}", self.prefix), &p.shape())
        };
        let (m, v) = (memory("mean"), memory("square"));
        let next_m = &m * 0.5 + slope * 0.5;
        let next_v = &v * 0.999 + slope.square() * 0.001;
        let unbias = |decay: f64| 1.0 - (&self.next_time * decay.ln()).exp();
        let mean = &next_m / unbias(0.5);
        let deviation = (&next_v / unbias(0.999)).sqrt() + 1e-8;
        self.updates.extend([(m, next_m), (v, next_v)]);
        p - mean / deviation * self.rate
    }

    fn step_all(&mut self, g: &Given<'_>, of: &[Tensor; 4], loss: &Tensor) -> [Tensor; 4] {
        let references: Vec<&Tensor> = of.iter().collect();
        let slopes = grad(loss, &references);
        std::array::from_fn(|i| self.step(g, &of[i], &slopes[i]))
    }
}
