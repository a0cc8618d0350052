#!/usr/bin/python3
"""How the cost of training grows with batch, depth, width and length: tables in Markdown, from `prenorm bench`.

Everything is measured on synthetic text, so that each row does what its name says and nothing else.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SMALL = {
    "tokenizer.vocab_size": 8000,
    "batch.max_tokens": 4096,
    "model.norm_placement": "pre_ln",
    "model.encoder_layers": 3,
    "model.decoder_layers": 3,
    "model.d_model": 256,
    "model.d_ff": 1024,
    "model.num_heads": 4,
}


def series():
    """(title, name of the varied quantity, [(value, settings, options of the command)])"""
    yield "Batch", "target tokens a batch", [(n, {"batch.max_tokens": n}, []) for n in (1024, 2048, 4096, 8192, 16384)]
    yield "Depth", "layers", [
        (f"{n}+{n}", {"model.encoder_layers": n, "model.decoder_layers": n}, []) for n in (1, 2, 3, 6, 12)
    ]
    yield "Width", "d_model", [
        (d, {"model.d_model": d, "model.d_ff": 4 * d, "model.num_heads": d // 64}, []) for d in (128, 256, 512, 1024)
    ]
    yield "Length of a causal stack (6 decoder layers, d_model 512, 8 heads)", "tokens a sequence", [
        (
            n,
            {
                "batch.max_tokens": 8192,
                "model.encoder_layers": 1,
                "model.decoder_layers": 6,
                "model.d_model": 512,
                "model.d_ff": 2048,
                "model.num_heads": 8,
            },
            ["--source-length=2", f"--target-length={n}"],
        )
        for n in (64, 512, 1024, 2048, 4096)
    ]


def measure(command, settings, options, steps):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        sets = [f"--set={key}={value}" for key, value in {**SMALL, **settings}.items()]
        done = subprocess.run(
            [command, "bench", config.name, "--synthetic", "--json", f"--steps={steps}", *sets, *options],
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        raise SystemExit(f"scaling: {' '.join(done.args)} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def row(value, figures):
    attention = sum(op["share"] for op in figures["operators"] if op["name"].startswith("attention"))
    per_token = 1e3 * figures["ms_per_update"]["median"] / figures["target_tokens_per_update"]
    return (
        f"| {value} | {figures['target_tokens_per_second']:,.0f} | {per_token:.0f} | "
        f"{1e3 * figures['model_gflop_per_update'] / figures['target_tokens_per_update']:.1f} | "
        f"{figures['utilization']:.2f} | {100 * attention:.0f} % | {figures['peak_rss_mib']:,.0f} |"
    )


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--prenorm", default=str(ROOT / "build/release/cli/prenorm"), help="the command to measure")
    p.add_argument("--steps", type=int, default=8, help="updates of each measurement that count")
    a = p.parse_args()
    for title, name, rows in series():
        print(f"\n**{title}**\n")
        print(f"| {name} | target tokens/s | µs a token | MFLOP a token | utilization | in attention | peak MiB |")
        print("|---|---|---|---|---|---|---|", flush=True)
        for value, settings, options in rows:
            print(row(value, measure(a.prenorm, settings, options, a.steps)), flush=True)


if __name__ == "__main__":
    main()
