"""A network of Ganlet's in PyTorch: its layers from a config, its weights from a safetensors file.

    config = json.load(open("config.json"))
    g = Network(config["networks"]["g"], load_file("g.safetensors"))
    samples = g(torch.randn(16, 100))

Rows of numbers go in and come out, `[rows, numbers]`. An image is a row too, its channels last; between layers it has PyTorch's
order, `[rows, channels, height, width]`. Weights are laid out as in `torch.nn`: `{layer}.dense.weight` is that of a `Linear`,
`conv` of a `Conv2d`, `conv_transpose` of a `ConvTranspose2d`.
"""

import torch
import torch.nn.functional as F


def to_rows(x):
    return x.permute(0, 2, 3, 1).flatten(1) if x.ndim == 4 else x


def to_image(rows, shape):
    height, width, channels = shape
    return rows.view(-1, height, width, channels).permute(0, 3, 1, 2)


def per_channel(numbers, x):
    """Numbers `[channels]`, so that they broadcast against `x`."""
    return numbers.view(1, -1, *[1] * (x.ndim - 2))


def join(x, condition):
    """Further numbers behind each row, or further channels that are the same at every pixel."""
    if x.ndim == 4:
        condition = condition[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, condition], 1)


class Network:
    def __init__(self, spec, tensors, device="cpu"):
        self.shape, self.layers = spec["input"], spec["layers"]
        self.weight_norm, self.learned_lengths = spec.get("weight_norm"), spec.get("learned_lengths")
        tensors = {name: tensor.to(device) for name, tensor in tensors.items()}
        kept = [name for name in tensors if ".running_" in name or name.endswith("_u")]
        # What is learned from batches, not by gradients: running statistics, and estimates of singular vectors.
        self.kept = {name: tensors.pop(name) for name in kept}
        self.weights = {name: tensor.requires_grad_() for name, tensor in tensors.items()}
        # For training: what each pass through a batch has found for `kept`, and the mean over the processes that share a batch.
        self.found = []
        self.across, self.processes = lambda mean: mean, 1
        self.generator = None

    def __call__(self, x, condition=None, training=False, keep=True):
        """What comes out; while training, what is found on the way is kept if the pass is one of the update's own."""
        self.training, self.pass_found = training, {}
        if training and keep:
            self.found.append(self.pass_found)
        x = to_image(x, self.shape) if len(self.shape) == 3 else x
        return to_rows(self.run(self.layers, x, condition))

    def run(self, layers, x, condition=None, prefix=""):
        for index, layer in enumerate(layers):
            if layer["kind"] == "condition" and [after["kind"] for after in layers[index + 1 : index + 2]] == ["dense"]:
                x = to_rows(x)
            x = self.layer(f"{prefix}{index}.{layer['kind']}", layer, x, condition)
        return x

    def layer(self, name, layer, x, condition):
        match layer["kind"]:
            case "dense":
                return F.linear(to_rows(x), self.weight(name), self.weights.get(f"{name}.bias"))
            case "maxout":
                every = F.linear(to_rows(x), self.weight(name), self.weights[f"{name}.bias"])
                return every.view(len(x), layer["pieces"], layer["units"]).amax(1)
            case "conv":
                bias, steps = self.weights.get(f"{name}.bias"), (layer["stride"], layer["padding"])
                return F.conv2d(x, self.weight(name), bias, *steps)
            case "conv_transpose":
                bias, steps = self.weights.get(f"{name}.bias"), (layer["stride"], layer["padding"])
                return F.conv_transpose2d(x, self.weight(name), bias, *steps)
            case "upsample" if layer["method"] == "nearest":
                return F.interpolate(x, scale_factor=layer["factor"])
            case "upsample":
                return F.interpolate(x, scale_factor=layer["factor"], mode="bilinear", align_corners=False)
            case "average_pool":
                return F.avg_pool2d(x, layer["size"])
            case "pixel_shuffle":
                return F.pixel_shuffle(x, layer["factor"])
            case "condition":
                return join(x, condition)
            case "reshape":
                rows, shape = to_rows(x), layer["shape"]
                return to_image(rows, shape) if len(shape) == 3 else rows
            case "relu":
                return F.relu(x)
            case "leaky_relu":
                return F.leaky_relu(x, layer["slope"])
            case "tanh":
                return torch.tanh(x)
            case "sigmoid":
                return torch.sigmoid(x)
            case "softplus":
                return F.softplus(x)
            case "dropout" if self.training:
                keep = layer["keep"]
                return x * torch.empty_like(x).bernoulli_(keep, generator=self.generator) / keep
            case "gaussian_noise" if self.training:
                return x + layer["std"] * torch.empty_like(x).normal_(generator=self.generator)
            case "dropout" | "gaussian_noise":
                return x
            case "batch_norm":
                return self.batch_norm(name, layer["eps"], x)
            case "minibatch_std":
                return join(x, self.spread(f"{name}.running_std", x).expand(len(x), 1))
            case "residual":
                main, shortcut = residual(layer, x.shape[1])
                return self.run(main, x, prefix=f"{name}.main.") + self.run(shortcut, x, prefix=f"{name}.shortcut.")
        raise ValueError(f"layer {name} is of kind {layer['kind']!r}, which is not translated to PyTorch")

    def weight(self, name):
        """The weight of a layer: each unit's brought to one length, times a factor of its own where lengths are learned or come from
        data, or all divided by their largest singular value, where the network asks for that."""
        weight, u = self.weights[f"{name}.weight"], self.kept.get(f"{name}.weight_u")
        by_output = weight.transpose(0, 1) if name.endswith("conv_transpose") else weight
        if self.weight_norm is not None:
            factor = self.weight_norm / (by_output.square().flatten(1).sum(1) + 1e-12).sqrt()
            gain = self.weights.get(f"{name}.gain")
            if gain is not None:
                factor = factor * (gain if self.learned_lengths else gain.detach())
            by_output = by_output * factor.view(-1, *[1] * (weight.ndim - 1))
            weight = by_output.transpose(0, 1) if name.endswith("conv_transpose") else by_output
        if u is None:
            return weight
        matrix = by_output.flatten(1)
        # One power iteration (Miyato et al. 2018, algorithm 1); no gradient flows through the vectors.
        with torch.no_grad():
            v = unit(u @ matrix)
            u = unit(matrix @ v)
        if self.training:
            self.pass_found[f"{name}.weight_u"] = u
        return weight / ((matrix @ v) @ u + 1e-12)

    def batch_norm(self, name, eps, x):
        if self.training:
            axes = [0, 2, 3][: x.ndim - 1]
            mean = self.across(x.mean(axes))
            centred = x - per_channel(mean, x)
            variance = self.across(centred.square().mean(axes))
            count = x.numel() // len(mean) * self.processes
            unbiased = variance.detach() * count / max(count - 1, 1)
            self.pass_found |= {f"{name}.running_mean": mean.detach(), f"{name}.running_var": unbiased}
        else:
            mean, variance = self.kept[f"{name}.running_mean"], self.kept[f"{name}.running_var"]
            centred = x - per_channel(mean, x)
        scale = self.weights[f"{name}.weight"] / (variance + eps).sqrt()
        return centred * per_channel(scale, x) + per_channel(self.weights[f"{name}.bias"], x)

    def spread(self, name, x):
        """How much the samples of a batch differ: the deviation of each number over the batch, on average (Karras et al. 2018,
        section 3); outside of training what it was in the batches seen, `[1]`."""
        if not self.training:
            return self.kept[name]
        mean = self.across(x.mean(0))
        variance = self.across((x - mean).square().mean(0))
        found = (variance + 1e-8).sqrt().mean().view(1)
        self.pass_found[name] = found.detach()
        return found


def residual(block, inputs):
    """The layers of a residual block (He et al. 2016), and those of its shortcut."""

    def conv(kernel):
        return {"kind": "conv", "stride": 1, "padding": kernel // 2}

    relu, norm = [{"kind": "relu"}], [{"kind": "batch_norm", "eps": 1e-5}] * block["batch_norm"]
    up = [{"kind": "upsample", "factor": 2, "method": "nearest"}] * (block["resample"] == "up")
    down = [{"kind": "average_pool", "size": 2}] * (block["resample"] == "down")
    main = [*norm, *relu, *up, conv(3), *norm, *relu, conv(3), *down]
    return main, [*down, *[conv(1)] * (inputs != block["channels"]), *up]


def unit(x):
    return x / (x.square().sum() + 1e-12).sqrt()
