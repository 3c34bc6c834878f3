"""Runs the ONNX project's node tests for Conv and ConvTranspose through Ganlet's Conv, on the reference and on the CPU.

    pip install onnx
    python tests/onnx/conv.py

Grouped convolutions are out of range. Kernels of ConvTranspose are flipped, because Conv is a cross-correlation.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from onnx.backend.test.case.node import collect_testcases
from onnx.helper import get_attribute_value


def array(x):
    return {"shape": list(x.shape), "data": np.asarray(x, dtype=np.float64).ravel().tolist()}


def case_of(name, node, inputs, result):
    """The case in Ganlet's terms, or why it is out of range."""
    given = {a.name: get_attribute_value(a) for a in node.attribute}
    x, w, *bias = inputs
    if given.get("group", 1) != 1:
        return "grouped"
    transposed = node.op_type == "ConvTranspose"
    spatial = x.ndim - 2
    auto_pad = given.get("auto_pad", b"NOTSET").decode()
    strides = given.get("strides", [1] * spatial)
    dilations = given.get("dilations", [1] * spatial)
    extra = given.get("output_padding", [0] * spatial)
    pads = given.get("pads", [0] * 2 * spatial)
    windows = []
    for i in range(spatial):
        stride, dilation, extent, out = strides[i], dilations[i], x.shape[2 + i], result.shape[2 + i]
        reach = (w.shape[2 + i] - 1) * dilation
        if auto_pad.startswith("SAME") or "output_shape" in given:
            if transposed:
                total = stride * (extent - 1) + extra[i] + reach + 1 - out
            else:
                total = max((out - 1) * stride + reach + 1 - extent, 0)
            small, large = total // 2, total - total // 2
            low, high = (small, large) if auto_pad == "SAME_UPPER" else (large, small)
        else:
            low, high = (0, 0) if auto_pad == "VALID" else (pads[i], pads[spatial + i])
        if transposed:
            padding = [reach - low, reach - high + extra[i]]
            windows.append({"stride": 1, "padding": padding, "lhs_dilation": stride, "rhs_dilation": dilation})
        else:
            windows.append({"stride": stride, "padding": [low, high], "lhs_dilation": 1, "rhs_dilation": dilation})
    axes = list(range(2, 2 + spatial))
    kernel = np.flip(w, axes).transpose(*axes, 0, 1) if transposed else w.transpose(*axes, 1, 0)
    last = lambda t: t.transpose(0, *axes, 1)
    channels = result.shape[1]
    return {
        "name": name,
        "x": array(last(x)),
        "w": array(kernel),
        "bias": array(bias[0] if bias else np.zeros(channels)),
        "windows": windows,
        "y": array(last(result)),
    }


np.seterr(all="ignore")  # tests of other operations overflow on purpose
cases, left_out = {}, {}
for test in collect_testcases(None):
    nodes = test.model.graph.node
    if len(nodes) != 1 or nodes[0].op_type not in ("Conv", "ConvTranspose"):
        continue
    for inputs, outputs in test.data_sets:
        case = case_of(test.name, nodes[0], inputs, outputs[0])
        (left_out if isinstance(case, str) else cases)[test.name] = case
for name, why in left_out.items():
    print(f"left out: {name} ({why})")
if not cases:
    sys.exit("the onnx package has no test of a convolution")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "conv.json"
    path.write_text(json.dumps(list(cases.values())))
    command = ["cargo", "run", "--quiet", "-p", "ganlet-tests", "--example", "onnx_conv", "--", str(path)]
    sys.exit(subprocess.run(command, cwd=Path(__file__).parents[2]).returncode)
