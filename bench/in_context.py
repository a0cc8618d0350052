#!/usr/bin/python3
"""Compares training networks that learn in context, prenorm and PyTorch in turn: problems a second, as ratios."""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "build/release/bench/prenorm_bench"
PEER = ROOT / "bench/peers/torch_in_context.py"
NETWORKS = {"1 layer": (1, True), "2 layers, tied": (2, True), "5 layers, untied": (5, False), "10 layers, tied": (10, True)}


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--steps", type=int, default=200, help="steps of the peer that count")
    p.add_argument("--python", default="/usr/bin/python3")
    p.add_argument("--json", action="store_true", help="print one object")
    return p.parse_args()


def run_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def ours(layers, tied):
    name = f"InContextStep/{layers}/{int(tied)}/real_time"
    found = run_json([str(BENCH), f"--benchmark_filter=^{name}$", "--benchmark_format=json"])
    return found["benchmarks"][0]


def theirs(a, layers, tied):
    options = [f"--layers={layers}", f"--steps={a.steps}"] + ([] if tied else ["--untied"])
    return run_json([a.python, str(PEER), *options])


def main():
    a = parse_arguments()
    peak = run_json([str(BENCH), "--benchmark_filter=^Gemm/1024/", "--benchmark_format=json"])["benchmarks"][0]["GFLOP"]
    results = []
    for name, (layers, tied) in NETWORKS.items():
        rounds = []
        for number in range(1, a.rounds + 1):
            print(f"{name}: round {number} of {a.rounds}", file=sys.stderr)
            mine, peer = ours(layers, tied), theirs(a, layers, tied)
            rounds.append((mine["problems"], peer["problems_per_second"], mine["GFLOP"]))
        results.append(
            {
                "network": name,
                "prenorm_problems_per_second": statistics.median(r[0] for r in rounds),
                "peer_problems_per_second": statistics.median(r[1] for r in rounds),
                "median_ratio": statistics.median(r[0] / r[1] for r in rounds),
                "prenorm_gflop_per_second": statistics.median(r[2] for r in rounds),
            }
        )
    if a.json:
        print(json.dumps({"gemm_gflop_per_second": peak, "networks": results}))
        return
    print(f"GEMM of 1,024 x 1,024: {peak:.0f} GFLOP/s")
    for r in results:
        print(f"{r['network']:18} prenorm {r['prenorm_problems_per_second']:10,.0f} problems/s "
              f"({r['prenorm_gflop_per_second']:.0f} GFLOP/s), PyTorch {r['peer_problems_per_second']:9,.0f}, "
              f"ratio {r['median_ratio']:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
