"""Safetensors files of float64, float32 and int64 tensors: the format, nothing more.

Layout: 8 bytes little-endian header length, a JSON header padded with spaces to a multiple of 8, the tensors' bytes.
"""

import json
from pathlib import Path
from typing import Dict, Tuple

import numpy as np

DTYPES = {"F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "I64": np.dtype("<i8")}
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}

Tensors = Dict[str, np.ndarray]
Metadata = Dict[str, str]


def write(path: Path, tensors: Tensors, metadata: Metadata) -> None:
    header = {"__metadata__": metadata}
    chunks = []
    position = 0
    for name, tensor in tensors.items():
        # Not ascontiguousarray: it would turn a scalar into a vector of one.
        tensor = np.asarray(tensor, order="C")
        data = tensor.tobytes()
        header[name] = {
            "dtype": DTYPE_NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [position, position + len(data)],
        }
        chunks.append(data)
        position += len(data)
    header_bytes = json.dumps(header, separators=(",", ":")).encode()
    header_bytes += b" " * (-len(header_bytes) % 8)
    path.write_bytes(len(header_bytes).to_bytes(8, "little") + header_bytes + b"".join(chunks))


def read(path: Path) -> Tuple[Tensors, Metadata]:
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        data = np.frombuffer(content[start + begin : start + end], DTYPES[entry["dtype"]])
        tensors[name] = data.reshape(entry["shape"]).copy()
    return tensors, metadata
