#!/usr/bin/python3
"""What measuring gradients by example costs (train.noise_scale): a table in Markdown.

Every round measures each setting once, in turn, with `prenorm bench`. A ratio is between neighbours of one round, time per
update over that without measurement, and the table has the median over rounds with the smallest and the largest.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = {
    "GPT, block 256": "bench/configs/gpt-large.toml",
    "BERT-small": "bench/configs/bert-small.toml",
    "Multi30k": "examples/multi30k-en-de.toml",  # on sentences of 2 to 60 tokens with mean 15
}
SETTINGS = ["off", "norm", "all"]


def measure(a, model, setting):
    command = [a.prenorm, "bench", str(ROOT / MODELS[model]), "--synthetic", "--json", f"--steps={a.steps}"]
    command += [f"--set=train.noise_scale={setting}", *(f"--set={s}" for s in a.set)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"noise_scale: {' '.join(command)} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)["ms_per_update"]["median"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--prenorm", default=str(ROOT / "build/release/cli/prenorm"), help="the command to measure")
    p.add_argument("--models", default=",".join(MODELS), type=lambda text: text.split(","), help="names, by commas")
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--steps", type=int, default=10, help="updates of each measurement that count")
    p.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="for all sides")
    p.add_argument("--json", metavar="FILE", help="also write the times of all rounds")
    a = p.parse_args()
    models = [m for name in a.models for m in MODELS if m.startswith(name.strip())]
    if not models:
        p.error(f"--models: none of {', '.join(MODELS)}")
    times = {model: [{s: measure(a, model, s) for s in SETTINGS} for _ in range(a.rounds)] for model in models}
    if a.json:
        Path(a.json).write_text(json.dumps(times, indent=1) + "\n")

    print("| model | ms per update, off | norm over off | all over off |")
    print("|---|---|---|---|")
    for model in models:
        cells = [f"{statistics.median(r['off'] for r in times[model]):.1f}"]
        for setting in SETTINGS[1:]:
            ratios = sorted(r[setting] / r["off"] for r in times[model])
            cells.append(f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})")
        print(f"| {model} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
