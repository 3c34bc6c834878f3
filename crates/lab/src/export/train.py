"""Goes on training a model of Ganlet's in PyTorch, from its weights and the state of its optimizers.

    pip install torch safetensors
    python train.py
    torchrun --standalone --nproc-per-node=2 train.py

Reads config.json, model.safetensors and data.safetensors beside it. Writes model.safetensors again, from which the next run goes
on, and a row of losses.csv for each step. Several processes share a batch: each draws its own part of the samples and of the
noise, gradients are averaged over all of them, and the first one writes.
"""

import argparse
import csv
import json
import math
import os
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from network import Network

HERE = Path(__file__).parent


def read(file, device):
    """The tensors of a file; floats in the precision that everything is computed in."""
    tensors = load_file(file, device=str(device)).items()
    return {name: tensor.to(torch.get_default_dtype()) if tensor.is_floating_point() else tensor for name, tensor in tensors}


class Mean(torch.autograd.Function):
    """The mean over all processes; each gets the mean of their gradients, whose slope is asked for too where slopes cost."""

    @staticmethod
    def forward(_, x):
        total = x.clone()
        dist.all_reduce(total)
        return total / dist.get_world_size()

    @staticmethod
    def backward(_, gradient):
        return Mean.apply(gradient)


class Team:
    """The processes that share a batch: one, or those that torchrun has started."""

    def __init__(self):
        self.rank, self.size = (int(os.environ.get(name, default)) for name, default in (("RANK", 0), ("WORLD_SIZE", 1)))
        self.device, backend = torch.device("cpu"), "gloo"
        if torch.cuda.is_available():
            self.device, backend = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))), "nccl"
        if self.size > 1:
            dist.init_process_group(backend)

    def average(self, tensors):
        """Replaces tensors by their means over all processes."""
        if self.size > 1:
            flat = torch.cat([tensor.flatten() for tensor in tensors])
            dist.all_reduce(flat)
            parts = (flat / self.size).split([tensor.numel() for tensor in tensors])
            tensors = [part.view_as(tensor) for part, tensor in zip(parts, tensors)]
        return tensors

    def mean(self, x):
        """The mean over all processes of what each has, through which gradients flow."""
        return Mean.apply(x) if self.size > 1 else x


class Draws:
    """The random numbers of a step: each process has its own, the same for the same seed, step and number of processes. From a
    file they are those of the whole batch, of which each process takes its part."""

    def __init__(self, team, batch, seed, file):
        if batch % team.size:
            raise SystemExit(f"a batch of {batch} samples cannot be shared by {team.size} processes; take a divisor of {batch}")
        self.team, self.rows, self.seed = team, batch // team.size, seed
        self.fed = read(file, team.device) if file else None
        self.generator = torch.Generator(team.device)

    def start(self, step):
        self.step, self.counts = step, {}
        self.generator.manual_seed((step * self.team.size + self.team.rank) * 2**32 + self.seed)

    def part(self, whole):
        """This process's part of something that the whole batch has."""
        return whole[self.team.rank * self.rows :][: self.rows]

    def __call__(self, name, draw):
        if self.fed is None:
            return draw(dict(generator=self.generator, device=self.team.device))
        count = self.counts[name] = self.counts.get(name, -1) + 1
        return self.part(self.fed[f"{self.step}.{name}.{count}"])

    def normal(self, name, *shape):
        return self(name, lambda how: torch.randn(self.rows, *shape, **how))

    def uniform(self, name, *shape):
        return self(name, lambda how: torch.rand(self.rows, *shape, **how))

    def bits(self, name, *shape):
        return self(name, lambda how: torch.randint(2, (self.rows, *shape), **how))

    def integers(self, name, below):
        return self(name, lambda how: torch.randint(below, (self.rows,), **how))


class Source:
    """Real samples and noise."""

    def __init__(self, config, tensors, draws):
        self.config, self.draws = config, draws
        self.tensors = {name.removeprefix("data."): tensor for name, tensor in tensors.items()}

    def turn(self, name):
        """The benchmark's batches: four, in turn."""
        rows = self.tensors[name]
        batch = len(rows) // 4
        start = self.draws.step % 4 * batch
        return self.draws.part(rows[start : start + batch])

    def samples(self):
        """Samples `[rows, numbers]`, and their labels `[rows]` where there are any."""
        t, draws = self.tensors, self.draws
        if "real" in t:
            return self.turn("real"), None
        if "images" in t:
            chosen, black = draws.integers("image", len(t["images"])), self.config["data"]["black"]
            images = t["images"][chosen].to(torch.get_default_dtype()) * ((1 - black) / 255) + black
            return images, t["labels"][chosen][:, self.config["label_column"]].long()
        # A mixture of normal distributions: rows of a mean and a deviation.
        if "cumulative" in t:
            chosen = (t["cumulative"] < draws.uniform("weight", 1)).sum(1)
        else:
            chosen = draws.integers("component", len(t["components"]))
        component = t["components"][chosen]
        dim = component.shape[1] - 1
        return component[:, :dim] + component[:, dim:] * draws.normal("spread", dim), chosen

    def noise(self, update):
        """Noise for the update of this number in a step."""
        prior = self.config["prior"]
        if "real" in self.tensors:
            return self.turn(["z1", "z2"][min(update, 1)])
        if prior["kind"] == "normal":
            return self.draws.normal("z", prior["dim"]) * prior["scale"]
        draw = self.draws.bits if prior["kind"] == "signs" else self.draws.uniform
        return (draw("z", prior["dim"]) * 2 - 1) * prior["scale"]

    def mix(self):
        return self.turn("mix") if "real" in self.tensors else self.draws.uniform("mix", 1)


class Learner(Network):
    """A network with its optimizer."""

    def __init__(self, name, spec, tensors, team):
        self.name, self.spec, self.team = name, spec, team
        groups = {}
        for key, tensor in tensors.items():
            if key.startswith(f"{name}."):
                _, group, *part = key.split(".", 2)
                groups.setdefault(group, {})["".join(part)] = tensor
        self.updates = groups.pop("updates")[""].item()
        super().__init__(spec, groups.pop("params") | groups.pop("kept", {}), team.device)
        self.across, self.processes = team.mean, team.size
        # Running buffers of the optimizer, averages of the weights.
        self.buffers = groups

    def tensors(self):
        """What `__init__` takes, as it is now."""
        groups = {"params": self.weights, "kept": self.kept, **self.buffers}
        tensors = {f"{self.name}.{group}.{part}": tensor for group, parts in groups.items() for part, tensor in parts.items()}
        tensors[f"{self.name}.updates"] = torch.tensor(float(self.updates))
        return {key: tensor.detach().float().cpu().contiguous() for key, tensor in tensors.items()}

    @torch.no_grad()
    def descend(self, gradients):
        self.updates += 1
        optimizer, buffers, spec = self.spec["optimizer"], self.buffers, self.spec
        for (part, weight), gradient in zip(self.weights.items(), gradients):
            if "history" in buffers:
                gradient = gradient + 2 * spec["historical_averaging"] * (weight - buffers["history"][part])
            of_part = {group: parts[part] for group, parts in buffers.items()}
            weight += move(optimizer, self.updates, gradient, of_part)
            if spec.get("clip"):
                weight.clamp_(-spec["clip"], spec["clip"])
            if "history" in buffers:
                of_part["history"] += (weight - of_part["history"]) / (self.updates + 1)
            if "average" in buffers:
                # It soon forgets the start, which was not trained.
                kept = min(spec["average"], (self.updates + 1) / (self.updates + 10))
                of_part["average"].lerp_(weight, 1 - kept)
        for key, kept in self.kept.items():
            found = torch.stack([found[key] for found in self.found]).mean(0)
            self.kept[key] = found if key.endswith("_u") else 0.9 * kept + 0.1 * found


def move(optimizer, updates, gradient, buffers):
    """How far a parameter moves; its running buffers follow its gradient."""
    rate = optimizer["lr"]
    match optimizer["kind"]:
        case "adam":
            mean, square = buffers["mean"], buffers["square"]
            beta1, beta2 = optimizer["beta1"], optimizer["beta2"]
            mean.lerp_(gradient, 1 - beta1)
            square.lerp_(gradient.square(), 1 - beta2)
            if optimizer.get("decay_steps"):
                rate *= max(0.0, 1 - (updates - 1) / optimizer["decay_steps"])
            root = (square / (1 - beta2**updates)).sqrt() + optimizer["eps"]
            return -rate / (1 - beta1**updates) * mean / root
        case "rms_prop":
            square = buffers["square"].lerp_(gradient.square(), 1 - optimizer["decay"])
            return -rate * gradient / (square.sqrt() + optimizer["eps"])
        case "sgd":
            rate = max(rate * optimizer["lr_decay"] ** (updates - 1), optimizer["lr_min"])
            momentum, last = optimizer["momentum"], optimizer.get("momentum_final")
            if last is not None:
                momentum += min(1.0, (updates - 1) / optimizer["momentum_steps"]) * (last - momentum)
            return buffers["velocity"].mul_(momentum).sub_(rate * gradient)
    raise ValueError(f"optimizer {optimizer['kind']!r} is not translated to PyTorch")


# J(D) by D's logits of real and generated samples, and the target of real ones; J(G) by those of generated ones.
D_COSTS = {
    "minimax": lambda real, fake, label: (F.softplus(real) - label * real).mean() + F.softplus(fake).mean(),
    "least_squares": lambda real, fake, label: (real - label).square().mean() + fake.square().mean(),
    "hinge": lambda real, fake, label: F.relu(label - real).mean() + F.relu(1 + fake).mean(),
    "wasserstein": lambda real, fake, label: fake.mean() - real.mean(),
}
D_COSTS |= {cost: D_COSTS["minimax"] for cost in ("non_saturating", "maximum_likelihood")}
G_COSTS = {
    "minimax": lambda fake: -F.softplus(fake).mean(),
    "non_saturating": lambda fake: F.softplus(-fake).mean(),
    "maximum_likelihood": lambda fake: -fake.clamp(-15, 15).exp().mean(),
    "least_squares": lambda fake: (fake - 1).square().mean(),
    "hinge": lambda fake: -fake.mean(),
    "wasserstein": lambda fake: -fake.mean(),
}


class Gan:
    """A generator and a discriminator, each against the other as it is."""

    def __init__(self, config, learners, source, draws):
        self.config, self.source, self.draws = config, source, draws
        self.g, self.d = learners["g"], learners["d"]
        d_steps = config["schedule"]["d_steps"]
        self.updates = [("d_loss", [self.d], self.d_loss)] * d_steps + [("g_loss", [self.g], self.g_loss)]

    def one_hot(self, labels):
        return F.one_hot(labels, self.config["classes"]).to(torch.get_default_dtype()) if self.config["classes"] else None

    def real(self):
        x, labels = self.source.samples()
        return x, self.one_hot(labels)

    def made(self, update):
        z, classes = self.source.noise(update), self.config["classes"]
        labels = self.one_hot(self.draws.integers("class", classes)) if classes else None
        return self.g(z, labels, training=True), labels

    def d_loss(self):
        x, real_labels = self.real()
        with torch.no_grad():
            made, made_labels = self.made(update=0)
        real, fake = self.d(x, real_labels, training=True), self.d(made, made_labels, training=True)
        loss = D_COSTS[self.config["cost"]](real, fake, self.config["real_label"]) * self.config["cost_scale"]
        penalty = self.config["gradient_penalty"]
        if penalty and self.draws.step % penalty["every"] == 0:
            loss = loss + penalty["every"] * self.penalty(x, real_labels, made, made_labels)
        return loss

    def penalty(self, x, real_labels, made, made_labels):
        """The mean square distance of D's slope from its target (Gulrajani et al. 2017, equation 3)."""
        penalty = self.config["gradient_penalty"]
        match penalty["at"]:
            case "between":
                points, labels = made + self.source.mix() * (x - made), real_labels
            case "real":
                points, labels = x, real_labels
            case "fake":
                points, labels = made, made_labels
            case "around":
                mean = self.d.across(x.mean())
                deviation = self.d.across((x - mean).square().mean()).sqrt()
                points, labels = x + self.draws.normal("around", x.shape[1]) * deviation * 0.5, real_labels
        points = points.detach().requires_grad_()
        (slope,) = torch.autograd.grad(self.d(points, labels, training=True, keep=False).sum(), points, create_graph=True)
        excess = (slope.square().sum(1) + 1e-12).sqrt() - penalty["target"]
        excess = F.relu(excess) if penalty["one_sided"] else excess
        return penalty["weight"] * excess.square().mean()

    def g_loss(self):
        made, labels = self.made(update=1)
        return G_COSTS[self.config["cost"]](self.d(made, labels, training=True)) * self.config["cost_scale"]


class Vae:
    """An encoder and a decoder that raise a bound on the log density of the data (Kingma and Welling 2014)."""

    def __init__(self, config, learners, source, draws):
        self.config, self.source = config, source
        self.e, self.g = learners["e"], learners["g"]
        self.updates = [("vae_loss", [self.e, self.g], self.loss)]

    def loss(self):
        x, _ = self.source.samples()
        mean, log_variance = self.e(x, training=True).chunk(2, 1)
        z = mean + (log_variance / 2).exp() * self.source.noise(update=0)
        made = self.g(z, training=True)
        likelihood = self.config["likelihood"]
        if likelihood["kind"] == "bernoulli":
            log_likelihood = (x * made - F.softplus(made)).sum(1)
        else:
            std = likelihood["std"]
            constant = x.shape[1] * math.log(std * math.sqrt(math.tau))
            log_likelihood = (x - made).square().sum(1) * (-0.5 / std**2) - constant
        kl = (mean.square() + log_variance.exp() - log_variance - 1).sum(1) / 2
        return -log_likelihood.mean() + kl.mean() * self.config["kl_weight"]


def step(model, team):
    """One update of each network in its order; the losses of the last ones."""
    losses = {}
    for name, learners, loss in model.updates:
        for learner in vars(model).values():
            if isinstance(learner, Learner):
                learner.found = []
        value = loss()
        weights = [weight for learner in learners for weight in learner.weights.values()]
        # Lengths that come from data are weights without a slope.
        slopes = torch.autograd.grad(value, weights, allow_unused=True, materialize_grads=True)
        gradients = iter(team.average(slopes))
        for learner in learners:
            learner.descend([next(gradients) for _ in learner.weights])
        (losses[name],) = team.average([value.detach()])
    return {name: loss.item() for name, loss in losses.items()}


def main():
    parser = argparse.ArgumentParser(description="Goes on training a model of Ganlet's")
    parser.add_argument("--steps", type=int, help="how many [default: the config's]")
    parser.add_argument("--save-every", type=int, default=500, help="steps between saves [default: 500]")
    parser.add_argument("--draws", help="takes all draws from this safetensors file, to compare runs")
    parser.add_argument("--double", action="store_true", help="computes in double precision, to compare runs")
    args = parser.parse_args()
    if args.double:
        torch.set_default_dtype(torch.float64)

    config = json.loads((HERE / "config.json").read_text())
    team, file = Team(), HERE / "model.safetensors"
    with safe_open(file, "pt") as opened:
        start = int(opened.metadata()["step"])
    draws = Draws(team, config["batch"], config["seed"], args.draws)
    source = Source(config, read(HERE / "data.safetensors", team.device), draws)
    tensors = read(file, team.device)
    learners = {name: Learner(name, spec, tensors, team) for name, spec in config["networks"].items()}
    for learner in learners.values():
        learner.generator = draws.generator
    model = {"gan": Gan, "vae": Vae}[config["model"]](config, learners, source, draws)

    def save(done):
        if team.rank == 0:
            tensors = {key: tensor for learner in learners.values() for key, tensor in learner.tensors().items()}
            # Beside its place first, so that a crash leaves the old one.
            save_file(tensors, f"{file}.part", {"step": str(done)})
            os.replace(f"{file}.part", file)

    end = start + (config["steps"] if args.steps is None else args.steps)
    table = open(HERE / "losses.csv", "a", newline="") if team.rank == 0 else open(os.devnull, "w")
    with table:
        rows = csv.writer(table)
        for at in range(start, end):
            draws.start(at)
            losses = step(model, team)
            if table.tell() == 0:
                rows.writerow(["step", *losses])
            rows.writerow([at, *losses.values()])
            if not all(map(math.isfinite, losses.values())):
                raise SystemExit(f"step {at} left the finite numbers: {losses}; {file.name} is as it was last saved")
            if (at + 1) % args.save_every == 0 or at + 1 == end:
                save(at + 1)
                if team.rank == 0:
                    print(f"step {at + 1}", *(f"{name} {loss:.4f}" for name, loss in losses.items()), flush=True)
    if team.size > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
