"""Holds the files that `cargo test --test runtime` wrote against the ONNX project's checker, and against onnxruntime for Python.

    pip install onnx onnxruntime
    cargo test --workspace --exclude xtask --test runtime
    python tests/onnx/check.py target/tmp/presets target/tmp/shipped target/tmp/layers
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime


def worst(session, cases):
    """The largest difference from what was expected, in units of the expected number where that is above 1."""
    differences = []
    for case in cases:
        inputs = {name: np.float32(numbers).reshape(case["rows"], -1) for name, numbers in case["inputs"].items()}
        (found,) = session.run(None, inputs)
        expected = np.float32(case["answer"]).reshape(case["rows"], -1)
        assert found.shape == expected.shape, (found.shape, expected.shape)
        differences.append((np.abs(found - expected) / np.maximum(1, np.abs(expected))).max())
    return max(differences)


def main():
    failed, count = 0, 0
    for folder in map(Path, sys.argv[1:]):
        cases = json.loads((folder / "cases.json").read_text())
        for file in sorted({case["file"] for case in cases}):
            model = onnx.load(folder / file)
            onnx.checker.check_model(model, full_check=True)
            session = onnxruntime.InferenceSession(folder / file)
            off = worst(session, [case for case in cases if case["file"] == file])
            count += 1
            failed += not off <= 1e-4
            print(f"{'ok    ' if off <= 1e-4 else 'FAILED'} {file:44} {off:.1e}  {len(model.graph.node)} nodes")
    print(f"{count} files pass onnx.checker, {failed} of them answer otherwise")
    sys.exit(failed > 0 or count == 0)


if __name__ == "__main__":
    main()
