"""NumPy arrays as they travel to the browser and back, and a reader's own data as what the playground opens."""

import json

import numpy as np

SIZES = (16, 28, 32, 64)
FEWEST_POINTS = 8
FEWEST_IMAGES = 20
# Half the width of the stage, which points are scaled to.
REACH = 2.0


def packed(array, _widget=None):
    """An array as the browser reads it: `floats` and `doubles` in web/notebook/exchange.ts are its counterparts."""
    if array is None:
        return None
    array = np.ascontiguousarray(array, dtype=np.float32)
    return {"shape": list(array.shape), "dtype": "float32", "data": memoryview(array).cast("B")}


def unpacked(value, _widget=None):
    if value is None:
        return None
    return np.frombuffer(value["data"], dtype=value["dtype"]).reshape(value["shape"])


class Frame:
    """Where points lie on the stage: moved and scaled so that they fill it, the same along each axis."""

    def __init__(self, points):
        low, high = points.min(axis=0), points.max(axis=0)
        widest = (high - low).max()
        if widest == 0:
            raise ValueError("points: all of them are the same, so there is nothing to learn.")
        self.middle, self.scale = (low + high) / 2, 2 * REACH / widest

    def to_stage(self, points):
        return (points - self.middle) * self.scale

    def from_stage(self, points):
        return (points / self.scale + self.middle).astype(np.float32)


def points_of(array):
    """Points as rows of one or two numbers, checked."""
    points = np.asarray(array, dtype=np.float64)
    if points.ndim == 1:
        points = points[:, None]
    if len(points) < FEWEST_POINTS:
        raise ValueError(f"points: {len(points)} are too few; a distribution needs {FEWEST_POINTS} or more.")
    if not np.isfinite(points).all():
        row = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise ValueError(f"points: row {row} is {points[row]}; take out what is not finite: x[np.isfinite(x).all(axis=1)].")
    return points


def table_of(points):
    """Points as the lines of a table, which the playground reads as it reads a CSV file."""
    return "\n".join(",".join(f"{number:.4f}" for number in row) for row in points)


def images_of(array, labels, name):
    """Images as one file of a person's own set, in the safetensors format (docs/own-data.md)."""
    images = np.asarray(array)
    if images.ndim == 3:
        images = images[..., None]
    count, rows, columns, channels = images.shape
    if rows != columns or rows not in SIZES or channels not in (1, 3):
        raise ValueError(
            f"images: they are of {rows} by {columns} pixels with {channels} channels; there are networks for squares of "
            f"{', '.join(map(str, SIZES))} pixels with 1 or 3. Scale them first, for example with Pillow's Image.resize."
        )
    if count < FEWEST_IMAGES:
        raise ValueError(f"images: {count} are too few; take {FEWEST_IMAGES} or more.")
    if images.dtype != np.uint8:
        low, high = float(images.min()), float(images.max())
        # A comparison with NaN is false.
        if not (0 <= low and high <= 1):
            raise ValueError(
                f"images: their numbers are from {low:g} to {high:g}; give uint8 from 0 to 255, or floating point from 0 to 1."
            )
        images = np.round(images * 255).astype(np.uint8)
    parts = {"images": images}
    classes = []
    if labels is not None:
        names, numbers = np.unique(np.asarray(labels), return_inverse=True)
        if numbers.shape != (count,):
            raise ValueError(f"labels: their shape is {numbers.shape}; give one for each of the {count} images.")
        if len(names) > 256:
            raise ValueError(f"labels: {len(names)} different ones are too many; 256 can be told apart.")
        classes = [str(one) for one in names]
        parts["labels"] = numbers.astype(np.uint8)
    return safetensors(parts, {"name": name, "classes": json.dumps(classes)})


def safetensors(tensors, metadata):
    """A file of arrays of bytes: eight bytes with the length of the header, the header as JSON, the bytes."""
    header, at = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "U8", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.size]}
        at += tensor.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *(tensor.tobytes() for tensor in tensors.values())])
