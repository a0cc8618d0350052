"""Record the golden values in tests/golden, or check them: see README.md."""

import argparse
import sys
from pathlib import Path
from typing import Tuple

import numpy as np
import torch

import beam_search
import layers
import operators
import optimizers
import safetensors_file
import translator

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
# Beam search last: it reads the recorded translator.
GROUPS = {module.__name__: module for module in (operators, layers, translator, optimizers, beam_search)}
TOLERANCE = 1e-12


def relative_difference(computed: np.ndarray, recorded: np.ndarray) -> float:
    """Largest difference over the largest magnitude of the tensor; infinite where shape, type or an integer differs."""
    if computed.shape != recorded.shape or computed.dtype != recorded.dtype:
        return float("inf")
    if computed.dtype.kind == "i":
        return 0.0 if np.array_equal(computed, recorded) else float("inf")
    if not np.isfinite(computed).all():
        return float("inf")
    difference = np.abs(computed - recorded).max(initial=0)
    return float(difference / (np.abs(recorded).max(initial=0) or 1))


def check(path: Path, tensors: safetensors_file.Tensors, metadata: safetensors_file.Metadata) -> Tuple[float, str]:
    """The worst relative difference in the file and what shows it."""
    if not path.exists():
        return float("inf"), "no such file"
    recorded, recorded_metadata = safetensors_file.read(path)
    if recorded.keys() != tensors.keys():
        return float("inf"), "other tensors: " + ", ".join(sorted(recorded.keys() ^ tensors.keys()))
    if recorded_metadata != metadata:
        return float("inf"), "other metadata"
    return max((relative_difference(tensors[name], recorded[name]), name) for name in tensors)


def main() -> int:
    parser = argparse.ArgumentParser(description="Record golden values for the C++ tests in tests/golden.")
    parser.add_argument("--check", action="store_true", help="compare with the recorded files, write nothing")
    parser.add_argument("groups", nargs="*", help="what to record (default: all): " + ", ".join(GROUPS))
    arguments = parser.parse_args()
    unknown = set(arguments.groups) - GROUPS.keys()
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")

    torch.set_default_dtype(torch.float64)
    GOLDEN.mkdir(exist_ok=True)
    worst = 0.0
    for name, module in GROUPS.items():
        if arguments.groups and name not in arguments.groups:
            continue
        for stem, (tensors, metadata) in module.compute().items():
            path = GOLDEN / f"{stem}.safetensors"
            if arguments.check:
                difference, where = check(path, tensors, metadata)
                worst = max(worst, difference)
                print(f"{path.name}: largest relative difference {difference:.2g} ({where})")
            else:
                safetensors_file.write(path, tensors, metadata)
                print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
    return int(worst > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
