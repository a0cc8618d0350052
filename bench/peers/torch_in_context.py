#!/usr/bin/python3
"""Trains linear self-attention on fresh regression problems with PyTorch and prints one JSON object: what the networks
of `prenorm reproduce icl-gradient-descent` are compared with. bench/README.md says how.

Network, problems, batch and optimizer are those of von Oswald et al. 2022. The order of the products is the cheapest
for these shapes: what depends on weights alone is multiplied first, and of the last layer only the query is computed.
"""

import argparse
import json
import time

import torch


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--layers", type=int, default=1)
    p.add_argument("--untied", action="store_true", help="each layer has weights of its own")
    p.add_argument("--inputs", type=int, default=10)
    p.add_argument("--context", type=int, default=10)
    p.add_argument("--problems", type=int, default=2048, help="problems of a step")
    p.add_argument("--steps", type=int, default=300)
    p.add_argument("--skip", type=int, default=20, help="first steps that the figures leave out")
    p.add_argument("--threads", type=int, default=0, help="0 = what PyTorch starts with")
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


def draw(a):
    """Tokens [problems, context + 1, inputs + 1] and targets [problems]."""
    x = torch.rand(a.problems, a.context + 1, a.inputs) - 0.5
    y = torch.bmm(x, torch.randn(a.problems, a.inputs, 1))
    targets = y[:, -1, 0].clone()
    y[:, -1] = 0
    return torch.cat([x, y], 2), targets


def predict(weights, tokens, layers):
    context = tokens[:, :-1]
    for layer in range(layers):
        key, query, value, projection = weights[layer % len(weights)]
        key_query, projected_value = key.t() @ query, projection @ value
        moment = torch.bmm(context.transpose(1, 2), context)
        if layer + 1 == layers:
            asking = tokens[:, -1:] @ key_query.t()
            read = torch.bmm(asking, moment)[:, 0]
            return -(tokens[:, -1, -1] + read @ projected_value[-1])
        read = torch.bmm(tokens @ key_query.t(), moment)
        tokens = (tokens + read @ projected_value.t()).clamp(-10, 10)
        context = tokens[:, :-1]


def main():
    a = parse_arguments()
    torch.manual_seed(a.seed)
    if a.threads:
        torch.set_num_threads(a.threads)
    size = a.inputs + 1
    deviation = (0.002 / (a.layers * size)) ** 0.5
    weights = torch.nn.Parameter(torch.randn(a.layers if a.untied else 1, 4, size, size) * deviation)
    optimizer = torch.optim.Adam([weights], lr=1e-3, betas=(0.9, 0.98), foreach=False)
    losses = []
    for step in range(a.skip + a.steps):
        if step == a.skip:
            start = time.perf_counter()
        tokens, targets = draw(a)
        loss = 0.5 * (predict(weights, tokens, a.layers) - targets).square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([weights], 10)
        optimizer.step()
        losses.append(loss.detach())
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "problems_per_second": a.problems * a.steps / seconds,
                "threads": torch.get_num_threads(),
                "last_loss": float(torch.stack(losses[-50:]).mean()),
            }
        )
    )


if __name__ == "__main__":
    main()
