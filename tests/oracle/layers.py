"""One encoder layer, one decoder layer: PyTorch's own, on a padded batch, recorded packed."""

from typing import Dict, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor, nn

import parameters
from packing import is_real, offsets_of, pad, unpad

D_MODEL, NUM_HEADS, D_FF, NORM_EPS = 16, 4, 24, 1e-5
LENGTHS = [1, 7, 3, 9, 4]
MEMORY_LENGTHS = [2, 5, 9, 1, 6]
SEED = 1001


def layer_options(placement: str, activation: str) -> dict:
    # Training mode (PyTorch's default for a new module) without dropout keeps clear of PyTorch's fused inference path.
    return dict(
        d_model=D_MODEL,
        nhead=NUM_HEADS,
        dim_feedforward=D_FF,
        dropout=0.0,
        activation=activation,
        layer_norm_eps=NORM_EPS,
        batch_first=True,
        norm_first=placement == "pre",
    )


def random_input(rng: np.random.Generator, lengths: Sequence[int]) -> Tuple[Tensor, Tensor]:
    """Packed tokens that want a gradient, and the same padded with noise, so that a leak from padding would show."""
    packed = torch.from_numpy(rng.standard_normal((sum(lengths), D_MODEL))).requires_grad_()
    noise = torch.from_numpy(3 * rng.standard_normal((len(lengths), max(lengths), D_MODEL)))
    return packed, pad(packed, lengths, noise)


def causal_mask(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def weighted_sum(rng: np.random.Generator, output: Tensor) -> Tuple[Tensor, Tensor]:
    weight = torch.from_numpy(rng.standard_normal(tuple(output.shape)))
    return weight, (weight * output).sum()


def record_encoder_layer(placement: str, activation: str) -> Dict[str, np.ndarray]:
    rng = np.random.default_rng([SEED, 0])
    layer = nn.TransformerEncoderLayer(**layer_options(placement, activation))
    parameters.fill_at_random(parameters.encoder_layer(layer, parameters.value), rng)
    x, padded = random_input(rng, LENGTHS)
    output = unpad(layer(padded, src_key_padding_mask=~is_real(LENGTHS)), LENGTHS)
    loss_weight, loss = weighted_sum(rng, output)
    loss.backward()
    return {
        **parameters.as_arrays(parameters.encoder_layer(layer, parameters.value)),
        "x_offsets": offsets_of(LENGTHS),
        **parameters.as_arrays({"x": x, "loss_weight": loss_weight, "output": output}),
        **parameters.as_arrays(parameters.encoder_layer(layer, parameters.gradient), "grad."),
        **parameters.as_arrays({"grad.x": x.grad}),
    }


def record_decoder_layer(placement: str, activation: str) -> Dict[str, np.ndarray]:
    rng = np.random.default_rng([SEED, 1])
    layer = nn.TransformerDecoderLayer(**layer_options(placement, activation))
    parameters.fill_at_random(parameters.decoder_layer(layer, parameters.value), rng)
    x, padded = random_input(rng, LENGTHS)
    memory, padded_memory = random_input(rng, MEMORY_LENGTHS)
    padded_output = layer(
        padded,
        padded_memory,
        tgt_mask=causal_mask(max(LENGTHS)),
        tgt_key_padding_mask=~is_real(LENGTHS),
        memory_key_padding_mask=~is_real(MEMORY_LENGTHS),
    )
    output = unpad(padded_output, LENGTHS)
    loss_weight, loss = weighted_sum(rng, output)
    loss.backward()
    return {
        **parameters.as_arrays(parameters.decoder_layer(layer, parameters.value)),
        "x_offsets": offsets_of(LENGTHS),
        "memory_offsets": offsets_of(MEMORY_LENGTHS),
        **parameters.as_arrays({"x": x, "memory": memory, "loss_weight": loss_weight, "output": output}),
        **parameters.as_arrays(parameters.decoder_layer(layer, parameters.gradient), "grad."),
        **parameters.as_arrays({"grad.x": x.grad, "grad.memory": memory.grad}),
    }


def compute() -> dict:
    """{file stem: (tensors, metadata)}"""
    files = {}
    for kind, record in (("encoder", record_encoder_layer), ("decoder", record_decoder_layer)):
        for placement in ("post", "pre"):
            for activation, suffix in (("relu", ""), ("gelu", "_gelu")):
                metadata = {
                    "norm_placement": placement + "_ln",
                    "activation": activation,
                    "d_model": str(D_MODEL),
                    "num_heads": str(NUM_HEADS),
                    "d_ff": str(D_FF),
                    "norm_eps": str(NORM_EPS),
                }
                files[f"{kind}_layer_{placement}{suffix}"] = (record(placement, activation), metadata)
    return files
