"""Writes golden.json: what JAX and Optax compute where Ganlet's graph must compute the same.

    pip install "jax[cpu]" optax
    python tests/golden/make.py

All given numbers are representable in f32, so the same case serves f64 and f32. Every case is a training step: state
is given once, inputs for each step, and outputs are recorded after each step.
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.extend.random import threefry_2x32

jax.config.update("jax_enable_x64", True)

generator = np.random.default_rng(2014)
cases = []


def draw(*shape, scale=1.0):
    return (generator.standard_normal(shape) * scale).astype(np.float32).astype(np.float64)


def uniform(*shape):
    return generator.random(shape).astype(np.float32).astype(np.float64)


def numbers(*values):
    return np.array(values, dtype=np.float32).astype(np.float64)


def array(x):
    x = np.asarray(x, dtype=np.float64)
    return {"shape": list(x.shape), "data": x.ravel().tolist()}


def record(name, state, outputs, inputs=None):
    """`outputs` holds one dictionary for each step."""
    cases.append(
        {
            "name": name,
            "state": {k: array(v) for k, v in state.items()},
            "inputs": [{k: array(v) for k, v in step.items()} for step in inputs or [{}] * len(outputs)],
            "outputs": [{k: array(v) for k, v in step.items()} for step in outputs],
        }
    )


def with_gradients(name, state, loss, of):
    """A scalar function of the state, its value and its gradients with respect to the names in `of`."""
    value, gradients = jax.value_and_grad(lambda some: loss({**state, **some}))({k: state[k] for k in of})
    record(name, state, [{"loss": value, **{f"d {k}": g for k, g in gradients.items()}}])


# Networks.

with_gradients(
    "multilayer perceptron",
    {"x": draw(4, 3), "w1": draw(3, 5), "b1": draw(5), "w2": draw(5, 2), "b2": draw(2), "target": draw(4, 2)},
    lambda s: jnp.mean((jnp.tanh(s["x"] @ s["w1"] + s["b1"]) @ s["w2"] + s["b2"] - s["target"]) ** 2),
    ["x", "w1", "b1", "w2", "b2"],
)

with_gradients(
    "batch norm",
    {"x": draw(8, 3, scale=2.0), "gamma": draw(3), "beta": draw(3), "weight": draw(8, 3)},
    lambda s: jnp.sum(
        jnp.tanh(jax.nn.standardize(s["x"], axis=0, epsilon=1e-5) * s["gamma"] + s["beta"]) * s["weight"]
    ),
    ["x", "gamma", "beta"],
)

with_gradients(
    "maxout",
    {"x": draw(5, 3), "w": draw(3, 8), "b": draw(8), "weight": draw(5, 2)},
    lambda s: jnp.sum(jnp.max((s["x"] @ s["w"] + s["b"]).reshape(5, 2, 4), axis=2) * s["weight"]),
    ["x", "w", "b"],
)

with_gradients(
    "ties of a maximum share the gradient",
    {"x": numbers(1, 3, 3, 2, 2, 2, -1, -1, 0).reshape(3, 3), "weight": numbers(1, 2, 4).reshape(3, 1)},
    lambda s: jnp.sum(jnp.max(s["x"], axis=1, keepdims=True) ** 2 * s["weight"]),
    ["x"],
)

with_gradients(
    "softmax cross entropy",
    {"x": draw(5, 4, scale=3.0), "labels": np.eye(4)[[0, 3, 1, 1, 2]]},
    lambda s: jnp.mean(optax.softmax_cross_entropy(s["x"], s["labels"])),
    ["x"],
)

with_gradients(
    "rows of an embedding",
    {"table": draw(5, 3), "weight": draw(6, 3)},
    lambda s: jnp.sum(jnp.sin(s["table"][jnp.array([4, 0, 0, 2, 4, 4])]) * s["weight"]),
    ["table"],
)

with_gradients(
    "movements",
    {"x": draw(2, 3, 4), "y": draw(2, 2, 4), "weight": draw(4, 5, 4)},
    lambda s: jnp.sum(
        jnp.pad(
            jnp.flip(jnp.concatenate([jnp.sin(s["x"]), s["y"] * 2], axis=1), axis=(0, 2)).transpose(2, 1, 0)[1:, :, :],
            ((1, 0), (0, 0), (0, 2)),
        )
        ** 2
        * s["weight"]
    ),
    ["x", "y"],
)

with_gradients(
    "products in batches",
    {"q": draw(2, 3, 4), "k": draw(2, 5, 4), "v": draw(2, 5, 3), "weight": draw(2, 3, 3)},
    lambda s: jnp.sum(
        jnp.einsum("bqk,bkv->bqv", jax.nn.softmax(jnp.einsum("bqd,bkd->bqk", s["q"], s["k"]), axis=-1), s["v"])
        * s["weight"]
    ),
    ["q", "k", "v"],
)


def minibatch_features(s):
    m = (s["x"] @ s["t"]).reshape(4, 3, 2)
    distance = jnp.sum(jnp.abs(m[:, None] - m[None, :]), axis=3)
    others = 1 - jnp.eye(4)[:, :, None]
    return jnp.sum(jnp.exp(-distance) * others, axis=1)


with_gradients(
    "minibatch discrimination",
    {"x": draw(4, 3), "t": draw(3, 6), "weight": draw(4, 3)},
    lambda s: jnp.sum(minibatch_features(s) * s["weight"]),
    ["x", "t"],
)

# Costs.

logits = numbers(-30, -4, -0.5, 0, 0.25, 2, 5, 30)
record(
    "softplus",
    {"x": logits},
    [
        {
            "value": jax.nn.softplus(logits),
            "slope": jax.vmap(jax.grad(jax.nn.softplus))(logits),
            "curvature": jax.vmap(jax.grad(jax.grad(jax.nn.softplus)))(logits),
        }
    ],
)

with_gradients(
    "cross entropy of logits",
    {"x": logits.reshape(8, 1), "target": numbers(0, 1, 0.9, 1, 0, 0.1, 1, 1).reshape(8, 1)},
    lambda s: jnp.mean(optax.sigmoid_binary_cross_entropy(s["x"], s["target"])),
    ["x"],
)

with_gradients(
    "minimax cost of the generator",
    {"x": logits},
    lambda s: jnp.mean(jnp.log(1 - jax.nn.sigmoid(s["x"][:-1]))) + 0 * jnp.sum(s["x"]),
    ["x"],
)


# Second order.


def leaky(x):
    return jnp.where(x > 0, x, 0.2 * x)


def slope_cost(s):
    inner = lambda x: jnp.sum(leaky(x @ s["w"]) ** 2 * s["weight"])
    return jnp.sum(jax.grad(inner)(s["x"]) ** 2)


with_gradients(
    "leaky relu, second order", {"x": draw(4, 3), "w": draw(3, 5), "weight": draw(4, 5)}, slope_cost, ["x", "w"]
)


def penalty(s):
    critic = lambda x: jnp.sum(leaky(x @ s["w1"] + s["b1"]) @ s["w2"] + s["b2"])
    between = s["epsilon"] * s["real"] + (1 - s["epsilon"]) * s["fake"]
    norm = jnp.sqrt(jnp.sum(jax.grad(critic)(between) ** 2, axis=1) + 1e-12)
    return 10 * jnp.mean((norm - 1) ** 2)


with_gradients(
    "gradient penalty",
    {
        "real": draw(6, 2),
        "fake": draw(6, 2),
        "epsilon": uniform(6, 1),
        "w1": draw(2, 7),
        "b1": draw(7),
        "w2": draw(7, 1),
        "b2": draw(1),
    },
    penalty,
    ["w1", "b1", "w2", "b2"],
)


def spectral(s):
    u = s["u"]
    for _ in range(3):
        v = s["w"].T @ u
        v = v / jnp.sqrt(jnp.sum(v**2))
        u = s["w"] @ v
        u = u / jnp.sqrt(jnp.sum(u**2))
    u, v = jax.lax.stop_gradient((u, v))
    sigma = (u.T @ s["w"] @ v)[0, 0]
    return jnp.sum(jnp.tanh(s["x"] @ (s["w"] / sigma)) * s["weight"])


with_gradients(
    "spectral norm by power iteration",
    {"w": draw(4, 3), "u": draw(4, 1), "x": draw(5, 4), "weight": draw(5, 3)},
    spectral,
    ["w", "x"],
)


def unrolled(s):
    """The generator's cost after two steps of the discriminator, differentiated through those steps."""
    fake = s["z"] @ s["g"]

    def cost_d(d):
        return jnp.mean(jax.nn.softplus(-(s["real"] @ d))) + jnp.mean(jax.nn.softplus(fake @ d))

    d = s["d"]
    for _ in range(2):
        d = d - 0.5 * jax.grad(cost_d)(d)
    return jnp.mean(jax.nn.softplus(-(fake @ d)))


with_gradients(
    "unrolled game",
    {"real": draw(5, 3), "z": draw(5, 2), "g": draw(2, 3), "d": draw(3, 1)},
    unrolled,
    ["g", "d"],
)

# Optimizers, on a curved valley.


def valley(p):
    return jnp.sum(100 * (p[1:] - p[:-1] ** 2) ** 2 / 10 + (1 - p[:-1]) ** 2)


def descend(name, optimizer):
    start = draw(5)
    p, memory, outputs = start, optimizer.init(start), []
    for _ in range(3):
        loss, gradient = jax.value_and_grad(valley)(p)
        update, memory = optimizer.update(gradient, memory, p)
        p = optax.apply_updates(p, update)
        outputs.append({"loss": loss, "p": p})
    record(name, {"p": start}, outputs)


descend("adam", optax.adam(0.02, b1=0.5, b2=0.999, eps=1e-8))
descend("rmsprop", optax.rmsprop(0.01, decay=0.9, eps=1e-8))
descend("momentum", optax.sgd(0.002, momentum=0.9))


# A whole game: three steps of both players with Adam and the non-saturating cost.


def generate(g, z):
    return jnp.tanh(z @ g["g w1"] + g["g b1"]) @ g["g w2"] + g["g b2"]


def discriminate(d, x):
    return leaky(x @ d["d w1"] + d["d b1"]) @ d["d w2"] + d["d b2"]


def play():
    g = {"g w1": draw(2, 6, scale=0.7), "g b1": np.zeros(6), "g w2": draw(6, 2, scale=0.5), "g b2": np.zeros(2)}
    d = {"d w1": draw(2, 6, scale=0.7), "d b1": np.zeros(6), "d w2": draw(6, 1, scale=0.5), "d b2": np.zeros(1)}
    state = {**g, **d}
    optimizer = optax.adam(0.01, b1=0.5, b2=0.999, eps=1e-8)
    g_memory, d_memory = optimizer.init(g), optimizer.init(d)
    inputs, outputs = [], []
    for _ in range(3):
        real, z = draw(8, 2), draw(8, 2)

        def cost_d(d):
            real_cost = optax.sigmoid_binary_cross_entropy(discriminate(d, real), 1.0)
            fake_cost = optax.sigmoid_binary_cross_entropy(discriminate(d, generate(g, z)), 0.0)
            return jnp.mean(real_cost) + jnp.mean(fake_cost)

        d_loss, gradient = jax.value_and_grad(cost_d)(d)
        update, d_memory = optimizer.update(gradient, d_memory)
        d = optax.apply_updates(d, update)

        def cost_g(g):
            return jnp.mean(optax.sigmoid_binary_cross_entropy(discriminate(d, generate(g, z)), 1.0))

        g_loss, gradient = jax.value_and_grad(cost_g)(g)
        update, g_memory = optimizer.update(gradient, g_memory)
        g = optax.apply_updates(g, update)
        inputs.append({"real": real, "z": z})
        outputs.append({"d loss": d_loss, "g loss": g_loss, **g, **d})
    record("three steps of a game", state, outputs, inputs)


play()

# Convolutions, channels last: first order, and second order as the gradient of the squared slope of the input.

CHANNELS_LAST = ("NHWC", "HWIO", "NHWC")


def conv(x, w, strides, padding, **dilations):
    return jax.lax.conv_general_dilated(x, w, strides, padding, dimension_numbers=CHANNELS_LAST, **dilations)


def conv_cases(name, x, w, apply):
    weight = draw(*jax.eval_shape(apply, x, w).shape)
    state = {"x": x, "w": w, "weight": weight}
    cost = lambda s: jnp.sum(jnp.tanh(apply(s["x"], s["w"])) * s["weight"])
    slope_cost = lambda s: jnp.sum(jax.grad(lambda x: cost({**s, "x": x}))(s["x"]) ** 2)
    with_gradients(name, state, cost, ["x", "w"])
    with_gradients(f"{name}, second order", state, slope_cost, ["x", "w"])


conv_cases(
    "conv with uneven tails",
    draw(2, 6, 8, 2),
    draw(3, 3, 2, 3, scale=0.3),
    lambda x, w: conv(x, w, (2, 3), [(1, 0), (0, 1)]),
)
conv_cases(
    "transposed conv",
    draw(2, 3, 4, 3),
    draw(4, 4, 3, 2, scale=0.3),
    lambda x, w: jax.lax.conv_transpose(x, w, (2, 2), [(2, 2), (2, 2)], dimension_numbers=CHANNELS_LAST),
)
conv_cases(
    "transposed conv, odd and threefold",
    draw(2, 3, 3, 2),
    draw(3, 5, 2, 2, scale=0.3),
    lambda x, w: jax.lax.conv_transpose(x, w, (2, 3), "SAME", dimension_numbers=CHANNELS_LAST),
)
conv_cases(
    "dilated conv",
    draw(1, 7, 6, 2),
    draw(3, 2, 2, 2, scale=0.3),
    lambda x, w: conv(x, w, (1, 2), [(2, 1), (-1, 2)], rhs_dilation=(2, 3)),
)
conv_cases(
    "conv with both dilations",
    draw(2, 4, 5, 2),
    draw(3, 2, 2, 2, scale=0.3),
    lambda x, w: conv(x, w, (2, 3), [(3, -1), (-1, 2)], lhs_dilation=(3, 2), rhs_dilation=(2, 1)),
)

# Random bits: JAX splits its counters into halves, ours are (element, stream).

random = []
for key, stream in [((0, 0), 0), ((1, 2), 3), ((0xDEADBEEF, 7), 0xFFFFFFFF)]:
    count = 6
    counters = np.concatenate([np.arange(count), np.full(count, stream)]).astype(np.uint32)
    words = np.asarray(threefry_2x32(jnp.array(key, dtype=jnp.uint32), counters))
    random.append({"key": list(key), "stream": stream, "words": [int(w) for w in words[:count]]})

text = json.dumps({"cases": cases, "random": random}, indent=None, separators=(",", ":"))
Path(__file__).with_name("golden.json").write_text(text.replace('{"name"', '\n{"name"') + "\n")
print(len(cases), "cases,", len(text), "bytes")
