import os
from pathlib import Path
from urllib.parse import urlencode

import anywidget
import numpy as np
import traitlets

from ganlet import _arrays

STATIC = Path(__file__).parent / "static"
WIDGET = STATIC / "widget.js"
if not WIDGET.exists():
    raise ImportError(f"{WIDGET} is missing: in a checkout of the repository, `cargo xtask wheel` makes it.")


def _array(help):
    """An array that the browser and Python both may set."""
    return traitlets.Instance(np.ndarray, allow_none=True, help=help).tag(
        sync=True, to_json=_arrays.packed, from_json=_arrays.unpacked
    )


class Playground(anywidget.AnyWidget):
    """A game of the playground, trained in the browser that shows it.

    The numbers come back as traits, about once a second while it trains and at once when it stands still; `observe` tells of
    them. The browser answers between cells, not while one runs: start training in one cell, read in the next.

    preset: what is trained, such as "ring" or "faces-dcgan".
    settings: what differs from the preset, by dotted path: {"batch": 64, "g_optimizer.lr": 0.0005}.
    seed: what every random number depends on.
    backend: "auto", "webgpu" or "cpu".
    file: where the run is kept: it is written as the run goes on, and a run that it holds goes on.
    checkpoint: bytes that "Save" or `checkpoint` gave, to go on from, instead of a file.
    sample_count: rows of `samples`.
    hide: parts to leave out, as the element's attribute of that name.
    theme: "light" or "dark"; as the notebook unless given.
    """

    _esm = WIDGET

    step = traitlets.Int(0, help="Steps that were trained.").tag(sync=True)
    running = traitlets.Bool(False, help="Whether it trains; set it to begin or to pause.").tag(sync=True)
    until = traitlets.Int(0, help="The step to train to.").tag(sync=True)
    figures = traitlets.Dict(help="What was measured last, by name.").tag(sync=True)
    info = traitlets.Dict(help="The model, as it is there: its backend, latents, data and networks.").tag(sync=True)
    error = traitlets.Unicode("", help="What went wrong last, in words.").tag(sync=True)
    checkpoint = traitlets.Bytes(b"", help="The run, to go on from: a safetensors file.").tag(
        sync=True, from_json=lambda value, _: bytes(value)
    )
    sample_count = traitlets.Int(256, min=1, max=4096).tag(sync=True)
    latents = _array("Rows of noise that the samples are made of; set it to see what the generator makes of yours.")
    metrics = traitlets.Dict(help="What was recorded, by name, thinned out as the curves are: arrays beside that of `step`.").tag(
        sync=True, from_json=lambda value, _: {name: _arrays.unpacked(one) for name, one in value.items()}
    )
    _samples = _array("Samples as the model has them.")
    _data = traitlets.Dict(None, allow_none=True).tag(sync=True)
    _attributes = traitlets.Dict().tag(sync=True)

    preset = traitlets.Unicode("ring")
    settings = traitlets.Dict()
    seed = traitlets.Int(None, allow_none=True)
    backend = traitlets.Enum(["auto", "webgpu", "cpu"], "auto")
    hide = traitlets.Unicode("presets tools")
    theme = traitlets.Enum(["light", "dark"], None, allow_none=True)

    def __init__(self, preset="ring", *, settings=None, file=None, **traits):
        unknown = sorted(set(traits) - set(self.trait_names()))
        if unknown:
            raise TypeError(f"{unknown[0]}: there is no such argument. See help(Playground).")
        self._frame = None
        self._file = Path(file) if file is not None else None
        if self._file is not None and self._file.exists():
            traits["checkpoint"] = self._file.read_bytes()
        super().__init__(preset=preset, settings=settings or {}, **traits)
        self._describe()
        self.observe(self._change_game, ["preset", "settings", "seed"])
        self.observe(self._describe, ["preset", "settings", "seed", "backend", "hide", "theme"])
        self.observe(self._keep, "checkpoint")
        self.on_msg(self._answer)

    @classmethod
    def from_array(cls, array, *, labels=None, name="an array", **arguments):
        """A game that learns your own data.

        array: points, of shape (n,), (n, 1) or (n, 2), or images, of shape (n, size, size) or (n, size, size, channels): uint8,
            or floating point from 0 to 1, squares of 16, 28, 32 or 64 pixels with 1 or 3 channels.
        labels: the class of each image.
        name: what the images are called; a run that is kept asks for them by this name.
        """
        array = np.asarray(array)
        if array.ndim in (3, 4):
            return cls._with({"images": _arrays.images_of(array, labels, name), "name": name}, None, arguments)
        if array.ndim not in (1, 2) or (array.ndim == 2 and array.shape[1] not in (1, 2)):
            raise ValueError(
                f"array: its shape is {array.shape}; give points of shape (n,), (n, 1) or (n, 2), or images of shape "
                "(n, size, size) or (n, size, size, channels)."
            )
        if labels is not None:
            raise ValueError("labels: points have none; leave them out.")
        points = _arrays.points_of(array)
        frame = _arrays.Frame(points)
        return cls._with({"points": _arrays.table_of(frame.to_stage(points)), "name": name}, frame, arguments)

    @classmethod
    def _with(cls, data, frame, arguments):
        playground = cls(**arguments)
        playground._frame = frame
        playground._data = data
        return playground

    @property
    def samples(self):
        """What the model makes now, of `latents` where it takes any: points as rows in the units of the data, or images of shape
        (n, rows, columns, channels) from 0 to 1. None before there is a model."""
        samples = self._samples
        if samples is None:
            return None
        if self._frame is not None:
            return self._frame.from_stage(samples)
        if samples.ndim == 4:
            low, high = self.info["data"]["range"]
            return (samples - low) / (high - low)
        return samples

    def train(self, steps):
        """Trains so many steps from here, or from where it is to train to already."""
        if steps < 1:
            raise ValueError(f"steps: {steps} are none; give 1 or more.")
        self.until = max(self.step, self.until) + int(steps)

    def perform(self, actions):
        """Does what a lesson's words do, such as "set?cost=minimax;measure": docs/lessons.md lists them."""
        self.send({"perform": actions})

    def reset(self):
        """Begins anew; what is kept gives way once there is more to keep."""
        self._change_game()
        self.perform("reset")

    @traitlets.validate("latents")
    def _check_latents(self, proposal):
        latents = proposal["value"]
        dim = self.info.get("latent_dim")
        if latents is not None and dim is not None and (latents.ndim != 2 or latents.shape[1] != dim):
            raise traitlets.TraitError(f"latents: their shape is {latents.shape}; this model takes rows of {dim} numbers.")
        return latents

    def _change_game(self, _change=None):
        """What was kept is of another game."""
        self.until = 0
        self.checkpoint = b""

    def _describe(self, _change=None):
        given = {"preset": self.preset, "backend": self.backend, "hide": self.hide, "seed": self.seed, "theme": self.theme}
        attributes = {name: str(value) for name, value in given.items() if value not in (None, "")}
        if self.settings:
            attributes["settings"] = urlencode({path: _text(value) for path, value in self.settings.items()})
        self._attributes = attributes

    def _keep(self, change):
        if self._file is None or not change["new"]:
            return
        # Whole in place of the one before, or not at all.
        part = self._file.with_name(f"{self._file.name}.part")
        part.write_bytes(change["new"])
        os.replace(part, self._file)

    def _answer(self, _widget, content, _buffers):
        """Hands the browser a file of the package; there are no others for it."""
        name = content.get("file")
        if name is None:
            return
        known = {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file()}
        if name in known:
            self.send({"file": name}, [known[name].read_bytes()])
        else:
            self.send({"file": name, "missing": True})


def _text(value):
    """A value as a link has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
