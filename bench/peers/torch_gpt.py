#!/usr/bin/python3
"""Trains a character-level GPT with PyTorch's own operators on a text and prints one JSON object: what
`prenorm train` of task = "causal_lm" is compared with. bench/README.md says how.

The model: learned positions, Pre-LN, exact GELU, tied output, biases, no dropout. The recipe is the one that is common
for small character models: AdamW (decay of matrices only), linear warm-up, cosine to a tenth, clipping at 1, random
windows of the text.
"""

import argparse
import json
import math
import os
import resource
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("train", help="training text")
    p.add_argument("--valid", help="validation text: its loss is told at the end")
    p.add_argument("--layers", type=int, default=4)
    p.add_argument("--d-model", type=int, default=128)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--block", type=int, default=64, help="tokens of a sequence")
    p.add_argument("--batch", type=int, default=12, help="sequences of an update")
    p.add_argument("--updates", type=int, default=2000)
    p.add_argument("--schedule-updates", type=int, default=0, help="length of the schedule; 0 = --updates")
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--warmup", type=int, default=100)
    p.add_argument("--skip", type=int, default=2, help="first updates that the figures leave out")
    p.add_argument("--threads", type=int, default=0, help="0 = what PyTorch starts with")
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


class Layer(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.qkv, self.out = nn.Linear(d_model, 3 * d_model), nn.Linear(d_model, d_model)
        self.up, self.down = nn.Linear(d_model, 4 * d_model), nn.Linear(4 * d_model, d_model)

    def attention(self, x, mask):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d // self.heads)
        p = torch.softmax(scores.masked_fill(mask[:t, :t], -math.inf), -1)
        return self.out(torch.matmul(p, v).transpose(1, 2).reshape(b, t, d))

    def forward(self, x, mask):
        x = x + self.attention(self.norm_1(x), mask)
        return x + self.down(F.gelu(self.up(self.norm_2(x))))


class Gpt(nn.Module):
    def __init__(self, vocabulary, a):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, a.d_model), nn.Embedding(a.block, a.d_model)
        self.layers = nn.ModuleList(Layer(a.d_model, a.heads) for _ in range(a.layers))
        self.norm = nn.LayerNorm(a.d_model)
        self.register_buffer("mask", torch.ones(a.block, a.block, dtype=torch.bool).triu(1))
        for name, p in self.named_parameters():
            if p.dim() > 1:
                into_stream = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * a.layers) if into_stream else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def forward(self, ids, targets, reduction="mean"):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        for layer in self.layers:
            x = layer(x, self.mask)
        logits = F.linear(self.norm(x), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction=reduction)


def learning_rate(a, step):
    total = a.schedule_updates or a.updates
    if step <= a.warmup:
        return a.lr * step / a.warmup
    progress = min(1.0, (step - a.warmup) / max(1, total - a.warmup))
    return a.lr * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))


def validation_loss(model, ids, block):
    """Predicts every token but the first once, in consecutive windows."""
    nats = 0.0
    with torch.no_grad():
        for first in range(0, len(ids) - 1, block * 64):
            part = ids[first : first + block * 64 + 1]
            whole = (len(part) - 1) // block * block
            pieces = [(part[:whole].view(-1, block), part[1 : whole + 1].view(-1, block))] if whole else []
            if whole < len(part) - 1:
                pieces.append((part[whole:-1].unsqueeze(0), part[whole + 1 :].unsqueeze(0)))
            nats += sum(model(x, y, "sum").item() for x, y in pieces)
    return nats / (len(ids) - 1)


def main():
    a = parse_arguments()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    text = open(a.train, encoding="utf-8").read()
    letters = {c: i for i, c in enumerate(sorted(set(text)))}
    unknown = len(letters)
    encode = lambda t: torch.tensor([letters.get(c, unknown) for c in t])  # noqa: E731
    ids = encode(text)
    model = Gpt(len(letters) + 1, a)
    matrices = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=a.lr, betas=(0.9, 0.99))
    seconds, losses = [], []
    for step in range(1, a.updates + 1):
        start = time.perf_counter()
        first = torch.randint(len(ids) - a.block - 1, (a.batch,))
        x = torch.stack([ids[i : i + a.block] for i in first])
        y = torch.stack([ids[i + 1 : i + a.block + 1] for i in first])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(a, step)
        loss = model(x, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step > a.skip:
            seconds.append(time.perf_counter() - start)
    result = {
        "tokens_per_second": a.batch * a.block / statistics.median(seconds),
        "ms_per_update": {"median": 1e3 * statistics.median(seconds)},
        "training_loss": statistics.mean(losses[-50:]),
        "parameters": sum(p.numel() for p in model.parameters()),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "threads": torch.get_num_threads(),
        "versions": {"torch": torch.__version__, "blas": os.environ.get("LD_LIBRARY_PATH", "the system's")},
    }
    if a.valid:
        result["validation_loss"] = validation_loss(model, encode(open(a.valid, encoding="utf-8").read()), a.block)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
