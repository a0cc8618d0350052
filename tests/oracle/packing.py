"""Between packed sequences (tokens laid end to end, with offsets) and PyTorch's padded batches."""

from typing import Sequence

import numpy as np
import torch
from torch import Tensor


def offsets_of(lengths: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def is_real(lengths: Sequence[int]) -> Tensor:
    """[sequences, longest], true where a token stands, false on padding."""
    return torch.arange(max(lengths)).unsqueeze(0) < torch.tensor(lengths).unsqueeze(1)


def pad(packed: Tensor, lengths: Sequence[int], padding: Tensor) -> Tensor:
    """[tokens, ...] to [sequences, longest, ...]; `padding` [sequences, longest, ...] shows where no token stands."""
    return padding.clone().index_put((is_real(lengths),), packed)


def unpad(padded: Tensor, lengths: Sequence[int]) -> Tensor:
    return padded[is_real(lengths)]
