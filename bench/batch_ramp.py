#!/usr/bin/python3
"""Does a batch that grows save tokens? A character-level GPT, trained on equally many tokens with a fixed batch and with
one that grows to it, for several seeds.

Both have the same peak rate, and the same schedule in tokens. For each seed the text counts the target tokens after which
each run first reached the loss at which the fixed one ended, interpolated between validations, and the loss at the end.
The p-values are those of paired two-sided t-tests over seeds. A growing run that never reaches the loss has no number of
tokens; the test of tokens is then left out, since any number put there would decide it.

Runs lie in --output and are not trained again; one that was stopped is resumed.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

from gpt import ROOT, default_text, write_texts

WAYS = ("fixed", "growing")


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("config", nargs="?", default=str(ROOT / "bench/configs/gpt-small.toml"), help="a causal_lm")
    p.add_argument("--text", help="a text of 1.1 MB or more, plain or gzip; its first million bytes train")
    p.add_argument("--prenorm", default=str(ROOT / "build/release/cli/prenorm"), help="the command to measure")
    p.add_argument("--tokens", type=int, default=12_000_000, help="target tokens of each run")
    p.add_argument("--accumulate", type=int, default=16, help="batches of an update, in the end")
    p.add_argument("--ramp-from", type=int, default=2, help="batches of an update of the growing batch, at first")
    p.add_argument("--ramp-share", type=float, default=0.75, help="of the tokens, after which the batch is full")
    p.add_argument("--warmup-share", type=float, default=0.02, help="of the tokens, over which the rate rises")
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--valid-bytes", type=int, default=110_000, help="of the text, that each validation reads")
    p.add_argument("--validations", type=int, default=40, help="of the fixed run; the growing one has more")
    p.add_argument("--output", default="runs/batch-ramp", help="folder of the runs")
    p.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="for all runs")
    p.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    a = p.parse_args()
    if a.seeds < 2:
        p.error("--seeds: a p-value takes two or more")
    if not 0 < a.ramp_from < a.accumulate:
        p.error("--ramp-from must be less than --accumulate")
    return a


def settings(a, way, seed, texts, tokens_per_batch):
    updates = a.tokens / (a.accumulate * tokens_per_batch)
    values = {
        "data.train_text": texts[0],
        "data.valid_text": texts[1],
        "data.prepared_dir": Path(a.output) / "prepared",
        "batch.accumulate": a.accumulate,
        "schedule.unit": "tokens",
        "schedule.warmup_steps": int(a.warmup_share * a.tokens),
        "train.max_tokens": a.tokens,
        "train.max_steps": 10**9,
        "train.seed": seed,
        "train.log_every": 1,
        "train.observe_every": 0,
        "train.valid_every": max(1, round(updates / a.validations)),
        "train.checkpoint_every": 10**6,
    }
    if way == "growing":
        values |= {"batch.ramp_from": a.ramp_from, "batch.ramp_tokens": int(a.ramp_share * a.tokens)}
    return [f"--set={key}={value}" for key, value in values.items()] + [f"--set={s}" for s in a.set]


def train(a, way, seed, texts, tokens_per_batch):
    folder = Path(a.output) / f"{way}-seed{seed}"
    if not (folder / "results.json").exists():
        resumed = (folder / "config.toml").exists()
        what = ["--resume"] if resumed else [a.config, *settings(a, way, seed, texts, tokens_per_batch)]
        print(f"batch_ramp: {folder}", file=sys.stderr)
        subprocess.run([a.prenorm, "train", *what, "--run", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    tokens = {line["step"]: line["target_tokens"] for line in lines if line["type"] == "update"}
    validations = {x["step"]: x["loss_nats_per_token"] for x in lines if x["type"] == "validation"}
    results = json.loads((folder / "results.json").read_text())
    return {
        "curve": sorted((tokens[step], loss) for step, loss in validations.items()),
        "tokens": results["target_tokens"],
        "updates": results["updates"],
        "seconds": results["training_seconds"],
        "loss": results["last"]["loss_nats_per_token"],
    }


def tokens_to(curve, loss):
    """Target tokens until the loss is first reached; None if it is not."""
    before = None
    for tokens, here in curve:
        if here <= loss:
            if before is None or before[1] == here:
                return tokens
            return before[0] + (before[1] - loss) / (before[1] - here) * (tokens - before[0])
        before = (tokens, here)
    return None


def two_sided_p(t, degrees):
    """P(|T| > t) of Student's t, by Simpson's rule over the angle x = sqrt(degrees) tan(angle)."""
    weight = lambda angle: math.cos(angle) ** (degrees - 1)
    n, end = 2000, math.atan(abs(t) / math.sqrt(degrees))

    def integral(to):
        h = to / n
        inner = sum((4 if i % 2 else 2) * weight(i * h) for i in range(1, n))
        return h / 3 * (weight(0) + inner + weight(to))

    return 1 - integral(end) / integral(math.pi / 2)


def paired(differences):
    """Mean, standard deviation and p-value of a mean that differs from 0."""
    mean, deviation = statistics.mean(differences), statistics.stdev(differences)
    if deviation == 0:
        return mean, 0.0, 1.0 if mean == 0 else 0.0
    t = mean / (deviation / math.sqrt(len(differences)))
    return mean, deviation, two_sided_p(t, len(differences) - 1)


def measure(a):
    Path(a.output).mkdir(parents=True, exist_ok=True)
    texts = write_texts(a.text or default_text(), Path(a.output))
    texts[1].write_bytes(texts[1].read_bytes()[: a.valid_bytes].decode("utf-8", "ignore").encode())
    command = [a.prenorm, "config", a.config, "--json", "--set", "data.train_text=x"]
    config = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["config"]
    length = config["data"]["sequence_length"]
    tokens_per_batch = config["batch"]["max_tokens"] // length * length
    seeds = []
    for seed in range(1, a.seeds + 1):
        runs = {way: train(a, way, seed, texts, tokens_per_batch) for way in WAYS}
        target = runs["fixed"]["loss"]
        for run in runs.values():
            run["tokens_to_target"] = tokens_to(run["curve"], target)
        seeds.append({"seed": seed, "target_loss": target, **runs})
    losses = paired([s["growing"]["loss"] - s["fixed"]["loss"] for s in seeds])
    result = {"seeds": seeds, "loss_difference": dict(zip(("mean", "sd", "p"), losses))}
    if all(s["growing"]["tokens_to_target"] for s in seeds):
        saved = [1 - s["growing"]["tokens_to_target"] / s["fixed"]["tokens_to_target"] for s in seeds]
        result["tokens_saved"] = dict(zip(("mean", "sd", "p"), paired(saved)))
    return result


def show(result):
    print("| seed | batch | updates | seconds | loss at the end | tokens to the fixed run's loss |")
    print("|---|---|---|---|---|---|")
    for s in result["seeds"]:
        for way in WAYS:
            run = s[way]
            reached = f"{run['tokens_to_target']:,.0f}" if run["tokens_to_target"] else "not reached"
            print(
                f"| {s['seed']} | {way} | {run['updates']:,} | {run['seconds']:.0f} | {run['loss']:.4f} | {reached} |"
            )
    d, n = result["loss_difference"], len(result["seeds"])
    print(f"\nloss at equal tokens, growing - fixed: {d['mean']:+.4f} (sd {d['sd']:.4f}, n = {n}, p = {d['p']:.3g})")
    if saved := result.get("tokens_saved"):
        print(f"tokens saved: {100 * saved['mean']:.1f} % (sd {100 * saved['sd']:.1f} %, n = {n}, p = {saved['p']:.3g})")
    else:
        print("tokens saved: unknown; a growing run never reached the loss of its fixed one")


def main():
    a = parse_arguments()
    result = measure(a)
    print(json.dumps(result, indent=1)) if a.json else show(result)


if __name__ == "__main__":
    main()
