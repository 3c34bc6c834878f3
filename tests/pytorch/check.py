"""Holds `ganlet export --pytorch` and `--hub` against Ganlet itself.

    pip install torch safetensors onnxruntime
    cargo build --release --bin ganlet
    python tests/pytorch/check.py target/release/ganlet

Each model is exported as it starts, and after 100 steps, when its optimizers have seen something; then both go on from there, with the
same draws. The losses of the first step have to be the same to 1e-4, those of five to 5e-3, and those of one and of two processes to
1e-5, relative above 1. PyTorch computes in double precision here, since two processes round otherwise than one. Ganlet does not, and
games make much of a rounding: a penalty on slopes jumps where a rectifier turns, and Adam's first moves have one length, however small
the slope. The draws are computed here anew, as `crates/gan/src/random.rs` says, in the order in which a step of the model takes them.
"""

import csv
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from safetensors.torch import load_file, save_file

# The peers' workloads, whose draws are a part of the data, three models that draw points, and one that draws images, from either
# kind of noise.
PRESETS = ["bench-mlp", "bench-dcgan", "bench-wgan-gp", "ring-wgan-gp", "ring-cgan", "ring-vae", "faces-dcgan"]
PRESETS += ['{"preset": "faces-dcgan", "prior": {"kind": "signs"}}']
# Models whose networks are a hub's alone: lengths of weights that are learned or come from data.
OF_HUBS = ["mnist-semi", "mnist-semi-conv"]
STARTS, STEPS, SEED = [0, 100], 5, 3
FIRST, ALL, BETWEEN = 1e-4, 5e-3, 1e-5


def threefry(key, counter):
    """Threefry-2x32 with 20 rounds (Salmon et al. 2011): the first word."""
    with np.errstate(over="ignore"):
        a, b = (np.asarray(word, np.uint32) for word in counter)
        keys = [np.uint32(key[0]), np.uint32(key[1])]
        keys.append(keys[0] ^ keys[1] ^ np.uint32(0x1BD11BDA))
        a, b = a + keys[0], b + keys[1]
        rotations = [13, 15, 26, 6, 17, 29, 16, 24]
        for group in range(5):
            for turn in range(4):
                bits = np.uint32(rotations[(4 * group + turn) % 8])
                a = a + b
                b = ((b << bits) | (b >> (np.uint32(32) - bits))) ^ a
            a = a + keys[(group + 1) % 3]
            b = b + keys[(group + 2) % 3] + np.uint32(group + 1)
    return a


class Step:
    """The draws of one step, by the names that train.py has for them."""

    def __init__(self, step, batch, draws):
        self.step, self.batch, self.draws, self.stream, self.counts = step, batch, draws, 0, {}

    def integers(self, shape, below):
        elements = np.arange(math.prod(shape), dtype=np.uint32)
        bits = threefry((SEED, self.step), (elements, np.full_like(elements, self.stream)))
        self.stream += 1
        return ((bits.astype(np.uint64) * below) >> np.uint64(32)).astype(np.int64).reshape(shape)

    def bits(self, shape):
        return self.integers(shape, 2)

    def uniform(self, shape):
        return self.integers(shape, 2**24).astype(np.float32) * np.float32(2**-24) + np.float32(2**-25)

    def normal(self, shape):
        radius = np.sqrt(np.log(self.uniform(shape)) * np.float32(-2))
        return radius * np.cos(self.uniform(shape) * np.float32(math.tau))

    def keep(self, name, values):
        count = self.counts[name] = self.counts.get(name, -1) + 1
        self.draws[f"{self.step}.{name}.{count}"] = torch.from_numpy(np.ascontiguousarray(values))

    def sample(self, data):
        if "data.images" in data:
            return self.keep("image", self.integers([self.batch], len(data["data.images"])))
        components = data["data.components"]
        self.keep("component", self.integers([self.batch], len(components)))
        self.keep("spread", self.normal([self.batch, components.shape[1] - 1]))

    def noise(self, prior):
        draw = {"normal": self.normal, "uniform": self.uniform, "signs": self.bits}[prior["kind"]]
        self.keep("z", draw([self.batch, prior["dim"]]))


def draws_of(config, data, before):
    draws, batch = {}, config["batch"]
    for at in range(before, before + STEPS):
        step = Step(at, batch, draws)

        def made():
            step.noise(config["prior"])
            if config["classes"]:
                step.keep("class", step.integers([batch], config["classes"]))

        if config["model"] == "vae":
            step.sample(data)
            step.noise(config["prior"])
            continue
        for _ in range(config["schedule"]["d_steps"]):
            step.sample(data)
            made()
            penalty = config["gradient_penalty"]
            if penalty and penalty["at"] == "between":
                step.keep("mix", step.uniform([batch, 1]))
        made()
    return draws


def losses(file, before):
    """Rows of losses by step, from this one on."""
    with open(file, newline="") as table:
        rows = {int(row.pop("step")): row for row in csv.DictReader(table)}
    return {
        step: {name: float(value) for name, value in row.items() if name.endswith("_loss")}
        for step, row in rows.items()
        if step >= before
    }


def worst(a, b):
    """The largest difference of two tables, relative above 1."""
    assert a.keys() == b.keys() and a, (a.keys(), b.keys())
    assert all(a[step].keys() == b[step].keys() and a[step] for step in a), (a, b)
    return max(abs(a[step][name] - value) / max(1, abs(value)) for step in b for name, value in b[step].items())


def run(*command, **others):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, **others)


def check(ganlet, preset, before, folder):
    ours, project = folder / "ours", folder / "pytorch"
    common = ["--backend", "cpu", "--json", "--out", ours]
    run(ganlet, "run", preset, "--seed", SEED, "--steps", before, *common)
    checkpoint = ours / "checkpoint.safetensors"
    run(ganlet, "export", checkpoint, "--pytorch", project)
    hub(ganlet, checkpoint, folder)
    run(ganlet, "run", preset, "--resume", checkpoint, "--steps", STEPS, *common)
    expected = losses(ours / "losses.csv", before)

    config = json.loads((project / "config.json").read_text())
    data = load_file(project / "data.safetensors")
    arguments = ["train.py", "--double", "--steps", STEPS]
    if "data.components" in data or "data.images" in data:
        save_file(draws_of(config, data, before), project / "draws.safetensors")
        arguments += ["--draws", "draws.safetensors"]
    twice = folder / "two"
    shutil.copytree(project, twice)
    run(sys.executable, *arguments, cwd=project)
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    run(*launcher, *arguments, cwd=twice, env=os.environ | {"OMP_NUM_THREADS": "1"})
    one, two = (losses(place / "losses.csv", before) for place in (project, twice))
    assert len(expected) == STEPS, expected
    first = [{before: table[before]} for table in (expected, one)]
    return worst(*first), worst(expected, one), worst(one, two)


def check_hub(ganlet, preset, folder):
    run(ganlet, "run", preset, "--seed", SEED, "--steps", STEPS, "--backend", "cpu", "--json", "--out", folder)
    hub(ganlet, folder / "checkpoint.safetensors", folder)


def hub(ganlet, checkpoint, folder):
    """The networks in the folder of --hub load in PyTorch and answer as the ONNX files do, which tests hold against Ganlet."""
    run(ganlet, "export", checkpoint, "--hub", folder / "hub")
    sys.path.insert(0, str(folder / "hub"))
    sys.modules.pop("network", None)
    from network import Network

    sys.path.pop(0)
    config = json.loads((folder / "hub" / "config.json").read_text())

    def hold(view, network, answer, rows):
        """Holds what the network says of the rows against the view, and returns it."""
        run(ganlet, "export", checkpoint, "--onnx", folder / "view.onnx", "--view", view)
        session = onnxruntime.InferenceSession(folder / "view.onnx")
        labels, condition = torch.tensor([0, 1, 2]), None
        inputs = {session.get_inputs()[0].name: rows.numpy()}
        if config["classes"]:
            condition = torch.nn.functional.one_hot(labels, config["classes"]).float()
            inputs["label"] = labels[:, None].float().numpy()
        found = Network(config["networks"][network], load_file(folder / "hub" / f"{network}.safetensors"))(rows, condition).detach()
        (expected,) = session.run(None, inputs)
        difference = np.abs(answer(found).numpy() - expected).max()
        assert difference < 1e-4, f"network {network} of the hub's folder differs by {difference} from {view}"
        return found

    made = hold("generate", "g", lambda x: x, torch.linspace(-1, 1, 3 * config["prior"]["dim"]).view(3, -1))
    if config["model"] == "semi_supervised":
        hold("classify", "d", lambda logits: logits.softmax(1), made)
    if config["model"] == "gan":
        logistic = config["cost"] in ("minimax", "non_saturating", "maximum_likelihood")
        hold("discriminate", "d", torch.sigmoid if logistic else lambda x: x, made)
    assert f"| `{next(iter(config['networks']))}.safetensors` |" in (folder / "hub" / "README.md").read_text()


def main():
    ganlet = Path(sys.argv[1]).resolve()
    failed = False
    for preset in sys.argv[2:] or PRESETS + OF_HUBS:
        if preset in OF_HUBS:
            with tempfile.TemporaryDirectory() as folder:
                check_hub(ganlet, preset, Path(folder))
            print(f"ok     {preset} on a hub", flush=True)
            continue
        for before in STARTS:
            with tempfile.TemporaryDirectory() as folder:
                first, to_ours, to_two = check(ganlet, preset, before, Path(folder))
            good = first < FIRST and to_ours < ALL and to_two < BETWEEN
            failed |= not good
            verdict, place = "ok    " if good else "FAILED", f"{preset} from step {before}"
            print(f"{verdict} {place:28} ganlet {first:.1e} {to_ours:.1e}  two processes {to_two:.1e}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
