#!/usr/bin/python3
"""Holds `prenorm probe --advise` against what happens: trains every setting of settings.csv at seven learning rates over
three decades without warm-up, asks for advice on each, and prints who was right.

A cell starts safely where, after its last update, no lower rate of the same setting has a validation loss lower by more
than a tolerance, and all lower rates start safely too. The tolerance is 0.2 nats per token, or, if that is less, half of
what the best lower rate has learned beyond token frequencies. Advice is asked for once per setting: it names the largest
safe rate, and a cell's verdict is on which side of that it lies.

Cells that have been trained are found again in OUTPUT. docs/advice.md has the tables.
"""

import argparse
import collections
import csv
import gzip
import json
import math
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RATES = {"adam": "3e-5,1e-4,3e-4,1e-3,3e-3,1e-2,3e-2", "sgd": "1e-2,3e-2,1e-1,3e-1,1,3,10"}
TOLERANCE = 0.2  # nats per token
LABEL_SMOOTHING, VOCABULARY = 0.1, 2000
CONFIG = """[data]
train_source = "{train_source}"
train_target = "{train_target}"
valid_source = "{valid_source}"
valid_target = "{valid_target}"
max_source_tokens = 64
max_target_tokens = 64
[tokenizer]
vocab_size = 2000
[batch]
max_tokens = 512
[model]
encoder_layers = 6
decoder_layers = 6
d_model = 64
d_ff = 128
num_heads = 4
dropout = 0.1
[optim]
lr = 1e-3
[schedule]
name = "constant"
[train]
max_steps = 400
log_every = 20
observe_every = 100
valid_every = 100
checkpoint_every = 400
keep_last = 1
[decode]
beam = 1
[runtime]
threads = 1
"""


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--multi30k", type=Path, default=ROOT.parent / "shared/data/multi30k", help="folder with train.en.gz ...")
    p.add_argument("--debian", type=Path, required=True, help="what `prenorm corpus debian --pair en-de` has written")
    p.add_argument("--output", type=Path, required=True, help="where cells are kept")
    p.add_argument("--prenorm", default=str(ROOT / "build/release/cli/prenorm"))
    p.add_argument("--settings", default=str(HERE / "settings.csv"))
    p.add_argument("--seeds", default="3", help="models that advice is taken from")
    p.add_argument("--jobs", default="2", help="cells at once")
    p.add_argument("--no-training", action="store_true", help="judge settings whose cells are there, leave the others out")
    return p.parse_args()


def lines_of(path):
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path) as file:
        return file.read().splitlines()


def texts(options):
    """Source and target of training and validation; 200 sentences suffice to distinguish stuck from learning runs."""
    m, d, made = options.multi30k, options.debian, options.output / "texts"
    made.mkdir(parents=True, exist_ok=True)
    result = {}
    for name, train, valid in (
        ("multi30k", (m / "train.en.gz", m / "train.de.gz"), (m / "val.en.gz", m / "val.de.gz")),
        ("debian", (d / "train.en", d / "train.de"), (d / "dev.en", d / "dev.de")),
    ):
        short = [made / f"{name}.{side}" for side in ("en", "de")]
        for path, source in zip(short, valid):
            path.write_text("\n".join(lines_of(source)[:200]) + "\n")
        result[name] = dict(zip(("train_source", "train_target", "valid_source", "valid_target"), (*train, *short)))
    return result


def frequency_loss(run, text):
    """The smoothed validation loss of a model that knows only the frequency of each token."""

    def tokens(path):
        command = ["spm_encode", f"--model={run / 'vocabulary.model'}", "--output_format=id"]
        done = subprocess.run(command, input="\n".join(lines_of(path)) + "\n", capture_output=True, text=True, check=True)
        return [token for line in done.stdout.splitlines() for token in [*line.split(), "end"]]

    counts = collections.Counter(tokens(text["train_target"]))
    total = sum(counts.values())

    def nats(token):
        return -math.log((1 - LABEL_SMOOTHING) * counts[token] / total + LABEL_SMOOTHING / VOCABULARY)

    valid = tokens(text["valid_target"])
    uniform = sum(nats(str(i)) for i in range(VOCABULARY)) / VOCABULARY
    return (1 - LABEL_SMOOTHING) * sum(map(nats, valid)) / len(valid) + LABEL_SMOOTHING * uniform


def overrides(setting):
    n, d = setting["layers"], int(setting["d_model"])
    steps = setting["max_steps"]
    values = {
        "model.norm_placement": setting["norm_placement"], "model.encoder_layers": n, "model.decoder_layers": n,
        "model.d_model": d, "model.d_ff": 2 * d, "optim.name": setting["optimizer"],
        "train.max_steps": steps, "train.checkpoint_every": steps,
    }  # fmt: skip
    return [f"--set={key}={value}" for key, value in values.items()]


def json_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"judge: failed: {' '.join(map(str, command))}")
    return json.loads(done.stdout)


def cells_of(setting, config, options):
    command = [options.prenorm, "study", config, *overrides(setting), "--jobs", options.jobs, "--quiet", "--json",
               f"--grid=optim.lr={RATES[setting['optimizer']]}", "--output", options.output / setting["name"]]  # fmt: skip
    cells = json_of(command + ["--dry-run"] * options.no_training)["cells"]
    if any(cell["status"] not in ("finished", "diverged") for cell in cells):
        return None
    losses = [(cell["keys"]["optim.lr"], cell.get("valid_loss_nats_per_token")) for cell in cells]
    return sorted((rate, loss if cell["status"] == "finished" else None) for (rate, loss), cell in zip(losses, cells))


def labelled(losses, frequencies):
    """(rate, loss, starts safely) for each rate."""
    result, best, safe = [], math.inf, True
    for rate, loss in losses:
        learned = frequencies - best
        tolerance = min(TOLERANCE, learned / 2) if learned > 0 else TOLERANCE
        safe = safe and loss is not None and loss <= best + tolerance
        result.append((rate, loss, safe))
        best = min(best, loss if loss is not None else math.inf)
    return result


def judge(setting, text, options):
    config = options.output / f"{setting['data']}.toml"
    losses = cells_of(setting, config, options)
    if losses is None:
        return None
    run = next((options.output / setting["name"] / "cells").glob("*/vocabulary.model")).parent
    cells = labelled(losses, frequency_loss(run, text))
    advice = json_of([options.prenorm, "probe", config, *overrides(setting), "--advise", "--json", "--seeds",
                      options.seeds, f"--set=data.prepared_dir={options.output / 'prepared'}"])  # fmt: skip
    limit = advice["largest_lr_without_warmup"]
    return {"setting": setting, "cells": cells, "limit": limit}


def wrong_cells(result):
    return [(rate, safe) for rate, _, safe in result["cells"] if safe != (rate <= result["limit"])]


def print_settings(results):
    print("| setting | data | layers | d_model | optimizer | safe up to | not at | advised | wrong |\n|---|---|---|---|---|---|---|---|---|")
    for result in results:
        s, cells = result["setting"], result["cells"]
        safe, unsafe = [r for r, _, ok in cells if ok], [r for r, _, ok in cells if not ok]
        wrong = ", ".join(f"{rate:g} ({'too careful' if ok else 'too bold'})" for rate, ok in wrong_cells(result))
        print(f"| {s['name']} {s['norm_placement']} | {s['data']} | {s['layers']}+{s['layers']} | {s['d_model']} | {s['optimizer']} "
              f"| {max(safe, default=0):g} | {min(unsafe, default=math.inf):g} | {result['limit']:.2g} | {wrong or '-'} |")  # fmt: skip


def accuracy(results, limit_of):
    verdicts = [ok == (rate <= limit_of(r)) for r in results for rate, _, ok in r["cells"]]
    return sum(verdicts), len(verdicts)


def best_constant(results, optimizer):
    """The single limit that would have been right most often, which advice must beat."""
    mine = [r for r in results if r["setting"]["optimizer"] == optimizer]
    rates = sorted({rate for r in mine for rate, _, _ in r["cells"]})
    return max(rates, key=lambda limit: accuracy(mine, lambda _: limit)[0]) if rates else 0


def print_split(split, results, constants):
    if not results:
        return
    cells = [(ok, rate <= r["limit"]) for r in results for rate, _, ok in r["cells"]]
    right, total = accuracy(results, lambda r: r["limit"])
    constant, _ = accuracy(results, lambda r: constants[r["setting"]["optimizer"]])
    print(f"\n### {split}: {right} of {total} cells, {100 * right / total:.1f} %\n")
    print_settings(results)
    print("\n| | advised: starts safely | advised: needs warm-up |\n|---|---|---|")
    for ok, name in ((True, "started safely"), (False, "did not")):
        print(f"| {name} | {cells.count((ok, True))} | {cells.count((ok, False))} |")
    print(f"\nOne limit per optimizer, the best for the calibration cells: {constant} of {total}, {100 * constant / total:.1f} %.")


def main():
    options = parse_arguments()
    options.output = options.output.resolve()
    text = texts(options)
    for name, files in text.items():
        (options.output / f"{name}.toml").write_text(CONFIG.format(**{key: path.resolve() for key, path in files.items()}))
    splits = collections.defaultdict(list)
    with open(options.settings) as file:
        for setting in csv.DictReader(file):
            result = judge(setting, text[setting["data"]], options)
            if result is None:
                print(f"judge: {setting['name']}: not all trained, left out", file=sys.stderr)
            else:
                splits[setting["split"]].append(result)
    constants = {name: best_constant(splits["calibration"], name) for name in RATES}
    for split in ("calibration", "judged"):
        print_split(split, splits[split], constants)
    (options.output / "results.json").write_text(json.dumps(splits, indent=1) + "\n")


if __name__ == "__main__":
    main()
