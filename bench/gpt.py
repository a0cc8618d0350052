#!/usr/bin/python3
"""Trains the same character-level GPT with prenorm and with PyTorch, in turn, and prints how they compare.

A round is: prenorm, then each tuning of the peer. Rates are medians over the counted updates of a run, ratios between
neighbours of a round. With --losses both train to the end, the peer with the rate and warm-up of its recipe, and are
validated on the same text.
bench/README.md says what the peer is.
"""

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from compare import ROOT, peer_setup, run_json, say

PEER = Path(__file__).resolve().parent / "peers" / "torch_gpt.py"
TRAIN_BYTES, VALID_BYTES = 1_000_000, 110_000
PEERS = {"installed": "PyTorch as Debian installs it", "best": "PyTorch, OpenBLAS with OpenMP, memory kept"}


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("config", metavar="CONFIG.toml")
    p.add_argument("--text", help="a text of 1.1 MB or more, plain or gzip; its first million bytes train")
    p.add_argument("--prenorm", default=str(ROOT / "build/release/cli/prenorm"), help="the command to compare")
    p.add_argument("--python", default="/usr/bin/python3", help="the Python that has PyTorch")
    p.add_argument("--steps", type=int, default=100, help="updates of each run that count")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--losses", action="store_true", help="also train both to the end and compare validation losses")
    p.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    return p.parse_args()


def default_text():
    data = Path(os.environ.get("PRENORM_DATA", ROOT.parent / "shared" / "data"))
    return data / "lm" / "reviews_speeches.train.txt.gz"


def write_texts(source, folder):
    with (gzip.open if str(source).endswith(".gz") else open)(source, "rb") as file:
        text = file.read(TRAIN_BYTES + VALID_BYTES)
    if len(text) < TRAIN_BYTES + VALID_BYTES:
        raise SystemExit(f"gpt: {source} has less than {TRAIN_BYTES + VALID_BYTES} bytes; name another with --text")
    pieces = {"train": text[:TRAIN_BYTES], "valid": text[TRAIN_BYTES:]}
    for name, piece in pieces.items():
        (folder / f"{name}.txt").write_text(piece.decode("utf-8", "ignore"), encoding="utf-8")
    return [folder / f"{name}.txt" for name in pieces]


def ours(a, texts, folder):
    return ["--set", f"data.train_text={texts[0]}", "--set", f"data.prepared_dir={folder / 'prepared'}"]


def shape(config):
    model, data = config["model"], config["data"]
    block = data["sequence_length"]
    options = {
        "layers": model["decoder_layers"],
        "d-model": model["d_model"],
        "heads": model["num_heads"],
        "block": block,
        "batch": config["batch"]["max_tokens"] // block,
    }
    return [f"--{name}={value}" for name, value in options.items()]


def main():
    a = parse_arguments()
    a.implementation = "own"
    config = run_json([a.prenorm, "config", a.config, "--json", "--set", "data.train_text=x"])["config"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = write_texts(a.text or default_text(), folder)
        result = {"config": a.config, "rounds": []}
        for number in range(1, a.rounds + 1):
            entry = {}
            for peer, title in PEERS.items():
                say(f"round {number} of {a.rounds}: prenorm, then {title}")
                mine = run_json([a.prenorm, "bench", a.config, *ours(a, texts, folder), "--steps", str(a.steps), "--json"])
                environment = peer_setup(peer, a)[1]
                threads = 0 if peer == "installed" else len(os.sched_getaffinity(0))
                theirs = run_json([a.python, str(PEER), str(texts[0]), *shape(config), f"--threads={threads}",
                                   f"--updates={a.steps + 2}"], environment)  # fmt: skip
                entry[peer] = {
                    "prenorm_tokens_per_second": mine["target_tokens_per_second"],
                    "peer_tokens_per_second": theirs["tokens_per_second"],
                    "ratio": mine["target_tokens_per_second"] / theirs["tokens_per_second"],
                    "utilization": mine["utilization"],
                }
            result["rounds"].append(entry)
        for peer in PEERS:
            result[f"median_ratio_{peer}"] = statistics.median(entry[peer]["ratio"] for entry in result["rounds"])
        if a.losses:
            say("training both to the end")
            run = folder / "run"
            mine = run_json([a.prenorm, "train", a.config, *ours(a, texts, folder), "--set", f"data.valid_text={texts[1]}",
                             "--run", str(run), "--json"])  # fmt: skip
            theirs = run_json([a.python, str(PEER), str(texts[0]), "--valid", str(texts[1]), *shape(config),
                               f"--updates={config['train']['max_steps']}", f"--threads={len(os.sched_getaffinity(0))}"],
                              peer_setup("best", a)[1])  # fmt: skip
            result["prenorm_validation_loss_nats_per_token"] = mine["last"]["nll_nats_per_token"]
            result["peer_validation_loss_nats_per_token"] = theirs["validation_loss"]
    if a.json:
        print(json.dumps(result))
        return
    for number, entry in enumerate(result["rounds"], 1):
        for peer, title in PEERS.items():
            e = entry[peer]
            print(f"round {number}: {e['prenorm_tokens_per_second']:.0f} tokens/s (utilization {e['utilization']:.2f}), "
                  f"{title}: {e['peer_tokens_per_second']:.0f}, ratio {e['ratio']:.2f}")  # fmt: skip
    if a.losses:
        print(f"validation loss: {result['prenorm_validation_loss_nats_per_token']:.4f} nats per character without "
              f"warm-up, PyTorch with 100 updates of it {result['peer_validation_loss_nats_per_token']:.4f}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
