"""Parameters of PyTorch's Transformer layers under prenorm's names.

Every function returns views, in a fixed order: writing into them writes into the module.
"""

from typing import Callable, Dict

import numpy as np
import torch
from torch import Tensor, nn

Part = Callable[[Tensor], Tensor]
Views = Dict[str, Tensor]


def value(parameter: Tensor) -> Tensor:
    return parameter.data


def gradient(parameter: Tensor) -> Tensor:
    return parameter.grad


def weight_and_bias(name: str, module: nn.Module, part: Part) -> Views:
    return {f"{name}.weight": part(module.weight), f"{name}.bias": part(module.bias)}


def encoder_layer(layer: nn.TransformerEncoderLayer, part: Part) -> Views:
    return {**self_attention(layer, part), **feed_forward(layer, layer.norm2, part)}


def decoder_layer(layer: nn.TransformerDecoderLayer, part: Part) -> Views:
    attention = layer.multihead_attn
    d_model = attention.embed_dim
    weight, bias = part(attention.in_proj_weight), part(attention.in_proj_bias)
    return {
        **self_attention(layer, part),
        "cross_attention.query.weight": weight[:d_model],
        "cross_attention.query.bias": bias[:d_model],
        "cross_attention.key_value.weight": weight[d_model:],
        "cross_attention.key_value.bias": bias[d_model:],
        **weight_and_bias("cross_attention.out", attention.out_proj, part),
        **weight_and_bias("cross_attention.norm", layer.norm2, part),
        **feed_forward(layer, layer.norm3, part),
    }


def self_attention(layer: nn.Module, part: Part) -> Views:
    return {
        "self_attention.qkv.weight": part(layer.self_attn.in_proj_weight),
        "self_attention.qkv.bias": part(layer.self_attn.in_proj_bias),
        **weight_and_bias("self_attention.out", layer.self_attn.out_proj, part),
        **weight_and_bias("self_attention.norm", layer.norm1, part),
    }


def feed_forward(layer: nn.Module, norm: nn.LayerNorm, part: Part) -> Views:
    return {
        **weight_and_bias("feed_forward.up", layer.linear1, part),
        **weight_and_bias("feed_forward.down", layer.linear2, part),
        **weight_and_bias("feed_forward.norm", norm, part),
    }


def fill_at_random(views: Views, rng: np.random.Generator) -> None:
    """Matrices ~ N(0, 1/inputs), norm weights ~ N(1, 0.3^2), biases ~ N(0, 0.3^2): nothing is zero or one by luck."""
    for name, view in views.items():
        noise = torch.from_numpy(rng.standard_normal(tuple(view.shape)))
        if name.endswith("norm.weight"):
            view.copy_(1 + 0.3 * noise)
        elif view.dim() == 2:
            view.copy_(noise / view.shape[1] ** 0.5)
        else:
            view.copy_(0.3 * noise)


def fill_from(views: Views, recorded: Dict[str, np.ndarray]) -> None:
    for name, view in views.items():
        view.copy_(torch.from_numpy(recorded[name]))


def as_arrays(views: Views, prefix: str = "") -> Dict[str, np.ndarray]:
    return {prefix + name: view.detach().numpy().copy() for name, view in views.items()}
