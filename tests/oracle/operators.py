"""Single operators with their gradients: layer norm, packed attention, label-smoothed cross-entropy, GELU."""

from typing import Callable, Dict, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from packing import offsets_of

SEED = 1004
NORM_EPS = 1e-5
LABEL_SMOOTHING = 0.1

Arrays = Dict[str, np.ndarray]


def run(name: str, operator: Callable[..., Tensor], inputs: Arrays, rng: np.random.Generator) -> Arrays:
    """Inputs, output, a random gradient of the output, and what it makes of the gradients of the inputs."""
    leaves = {key: torch.from_numpy(array.copy()).requires_grad_() for key, array in inputs.items()}
    output = operator(**leaves)
    grad_output = rng.standard_normal(tuple(output.shape))
    output.backward(torch.from_numpy(grad_output))
    results = {**inputs, "output": output.detach().numpy(), "grad_output": grad_output}
    results.update({f"grad.{key}": leaf.grad.numpy() for key, leaf in leaves.items()})
    return {f"{name}.{key}": array for key, array in results.items()}


def layer_norm_cases(rng: np.random.Generator) -> Arrays:
    tensors = {}
    for case, rows, columns, mean in (("plain", 7, 16, 0), ("odd_width", 5, 33, 0), ("far_mean", 3, 8, 100)):
        inputs = {
            "x": mean + rng.standard_normal((rows, columns)) * rng.uniform(0.1, 5, (rows, 1)),
            "weight": 1 + 0.3 * rng.standard_normal(columns),
            "bias": rng.standard_normal(columns),
        }
        if case == "plain":
            # A row without variance: only eps stands in the denominator.
            inputs["x"][2] = 0.5

        def layer_norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            return F.layer_norm(x, x.shape[1:], weight, bias, NORM_EPS)

        tensors.update(run(f"layer_norm.{case}", layer_norm, inputs, rng))
    return tensors


def packed_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    query_lengths: Sequence[int],
    key_lengths: Sequence[int],
    num_heads: int,
    causal: bool,
) -> Tensor:
    """softmax(q k^T / sqrt(head width)) v for each sequence and head; head h owns the h-th block of columns."""
    width = query.shape[1] // num_heads
    sequences = []
    for q, k, v in zip(query.split(query_lengths), key.split(key_lengths), value.split(key_lengths)):
        heads = []
        for q_head, k_head, v_head in zip(q.split(width, 1), k.split(width, 1), v.split(width, 1)):
            scores = q_head @ k_head.T / width**0.5
            if causal:
                scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), float("-inf"))
            heads.append(scores.softmax(1) @ v_head)
        sequences.append(torch.cat(heads, 1))
    return torch.cat(sequences)


def attention_cases(rng: np.random.Generator) -> Arrays:
    short, long = [1, 5, 3], [35, 1, 18]
    cases = {
        # name: query lengths, key lengths, heads, width of a head, causal
        "self": (short, short, 2, 8, False),
        "causal": (short, short, 2, 8, True),
        "cross": ([2, 1, 4, 1], [3, 6, 1, 1], 4, 4, False),
        "causal_long": (long, long, 2, 5, True),
        "cross_long": ([5, 33, 1], [40, 17, 1], 2, 5, False),
    }
    tensors = {}
    for case, (query_lengths, key_lengths, num_heads, head_width, causal) in cases.items():
        width = num_heads * head_width
        inputs = {
            "query": 1.5 * rng.standard_normal((sum(query_lengths), width)),
            "key": 1.5 * rng.standard_normal((sum(key_lengths), width)),
            "value": rng.standard_normal((sum(key_lengths), width)),
        }

        def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            return packed_attention(query, key, value, query_lengths, key_lengths, num_heads, causal)

        name = f"attention.{case}"
        tensors.update(run(name, attention, inputs, rng))
        tensors[f"{name}.query_offsets"] = offsets_of(query_lengths)
        tensors[f"{name}.key_offsets"] = offsets_of(key_lengths)
        tensors[f"{name}.num_heads"] = np.array(num_heads)
        tensors[f"{name}.causal"] = np.array(int(causal))
    return tensors


def cross_entropy_cases(rng: np.random.Generator) -> Arrays:
    """Loss from logits; grad.logits and, for the projected case, grad.hidden and grad.weight are of loss_sum."""
    tensors = {}
    for case, rows, classes, scale, smoothing in (
        ("plain", 11, 23, 2, 0),
        ("smoothed", 11, 23, 2, LABEL_SMOOTHING),
        ("wide", 4, 257, 3, LABEL_SMOOTHING),
        ("extreme", 5, 6, 800, LABEL_SMOOTHING),
    ):
        logits = scale * rng.standard_normal((rows, classes))
        targets = rng.integers(0, classes, rows)
        leaf = torch.from_numpy(logits.copy()).requires_grad_()
        losses = cross_entropy(leaf, targets, smoothing)
        losses["loss_sum"].backward()
        results = {"logits": logits, "targets": targets, "label_smoothing": np.array(float(smoothing))}
        results.update({key: loss.detach().numpy() for key, loss in losses.items()})
        results["grad.logits"] = leaf.grad.numpy()
        tensors.update({f"cross_entropy.{case}.{key}": array for key, array in results.items()})

    hidden, weight = rng.standard_normal((9, 16)), rng.standard_normal((23, 16)) / 2
    targets = rng.integers(0, 23, 9)
    leaves = [torch.from_numpy(array.copy()).requires_grad_() for array in (hidden, weight)]
    losses = cross_entropy(leaves[0] @ leaves[1].T, targets, LABEL_SMOOTHING)
    losses["loss_sum"].backward()
    results = {"hidden": hidden, "weight": weight, "targets": targets}
    results["label_smoothing"] = np.array(LABEL_SMOOTHING)
    results.update({key: loss.detach().numpy() for key, loss in losses.items()})
    results.update({"grad.hidden": leaves[0].grad.numpy(), "grad.weight": leaves[1].grad.numpy()})
    tensors.update({f"cross_entropy.projected.{key}": array for key, array in results.items()})
    return tensors


def cross_entropy(logits: Tensor, targets: np.ndarray, smoothing: float) -> Dict[str, Tensor]:
    gold = torch.from_numpy(targets)
    losses = F.cross_entropy(logits, gold, label_smoothing=smoothing, reduction="none")
    return {"losses": losses, "loss_sum": losses.sum(), "nll_sum": F.cross_entropy(logits, gold, reduction="sum")}


def gelu_case(rng: np.random.Generator) -> Arrays:
    x = np.concatenate([np.linspace(-9, 9, 73), 2 * rng.standard_normal(30)])
    return run("gelu", lambda x: F.gelu(x), {"x": x}, rng)


def compute() -> dict:
    """{file stem: (tensors, metadata)}"""
    tensors = {}
    for index, cases in enumerate((layer_norm_cases, attention_cases, cross_entropy_cases, gelu_case)):
        tensors.update(cases(np.random.default_rng([SEED, index])))
    return {"operators": (tensors, {"norm_eps": str(NORM_EPS)})}
