#!/usr/bin/python3
"""How much faster, and in how much less memory, a part of a model trains than the whole: a table in Markdown.

Every round measures each subset once, in turn, with `prenorm bench`. A ratio is between neighbours of one round, and the
table has the medians over rounds.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUBSETS = {
    "all": ["train.trainable=all"],
    "norm": ["train.trainable=norm"],
    "norm_and_head": ["train.trainable=norm_and_head"],
    "bias": ["train.trainable=bias"],
    "lora": ["train.lora_rank=8"],
}


def measure(a, subset):
    sets = [f"--set={s}" for s in SUBSETS[subset] + a.set]
    command = [a.prenorm, "bench", a.config, "--synthetic", "--json", f"--steps={a.steps}", *sets]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"subsets: {' '.join(command)} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("config", nargs="?", default=str(ROOT / "bench/configs/bert-small.toml"), help="a configuration")
    p.add_argument("--prenorm", default=str(ROOT / "build/release/cli/prenorm"), help="the command to measure")
    p.add_argument("--subsets", default="norm,lora", help=f"compared with all; out of {', '.join(SUBSETS)}")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--steps", type=int, default=6, help="updates of each measurement that count")
    p.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="for all sides")
    a = p.parse_args()
    names = ["all", *(name for name in a.subsets.split(",") if name != "all")]
    if unknown := [name for name in names if name not in SUBSETS]:
        p.error(f"--subsets: {unknown[0]!r} is none of {', '.join(SUBSETS)}")
    rounds = [{name: measure(a, name) for name in names} for _ in range(a.rounds)]

    def median(name, figure):
        return statistics.median(figure(r[name]) for r in rounds)

    def ratios(name, figure):
        values = sorted(figure(r[name]) / figure(r["all"]) for r in rounds)
        return f"{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"

    print("| trains | weights that train | updates/s | over all | peak MiB | over all | GFLOP/update | utilization |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        rate, memory = (lambda f: 1e3 / f["ms_per_update"]["median"]), (lambda f: f["peak_rss_mib"])
        print(
            f"| {name} | {rounds[0][name]['trained_parameters']:,} | {median(name, rate):.3f} | {ratios(name, rate)} | "
            f"{median(name, memory):,.0f} | {ratios(name, memory)} | "
            f"{median(name, lambda f: f['model_gflop_per_update']):.0f} | "
            f"{median(name, lambda f: f['utilization']):.2f} |"
        )


if __name__ == "__main__":
    main()
