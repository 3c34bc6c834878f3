"""Train generative adversarial networks in a notebook: `Playground` runs in the browser, Python has the numbers."""

from ganlet._playground import Playground

__all__ = ["Playground"]
