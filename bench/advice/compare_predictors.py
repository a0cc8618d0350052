#!/usr/bin/python3
"""Compares predictors of a safe start on the cells that judge.py has trained: docs/advice.md has the table.

cells.csv has a line per setting: the largest rate that started safely, the limit that `prenorm probe --advise` named
(both from judge.py), and what the recursion of signal and gradient says of the model (`prenorm probe --json`): its
verdict, 1 - cosine at the end of the stack where that is smallest, and the gradient of the first decoder layer over
the last. A setting at each of seven rates is a cell. Whatever a predictor has to fit is fitted on the calibration
cells; figures are those of the judged cells. Intervals are of 95 %, from 4,000 resamplings of the judged settings.
"""

import argparse
import csv
import math
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
RATES = {"adam": [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2], "sgd": [1e-2, 3e-2, 1e-1, 3e-1, 1, 3, 10]}
RESAMPLINGS = 4000


def read_settings(path):
    with open(path) as file:
        settings = list(csv.DictReader(file))
    for s in settings:
        for key in ("safe_up_to", "advised", "recursion_distance", "recursion_gradient_ratio"):
            s[key] = float(s[key])
    return settings


def cells_of(settings):
    return [(s, rate, rate <= s["safe_up_to"] * 1.0001) for s in settings for rate in RATES[s["optimizer"]]]


def accuracy(cells, score):
    return sum((score(s, rate) >= 0) == safe for s, rate, safe in cells) / len(cells)


def auroc(cells, score):
    """The share of pairs of a safe and another cell in which the safe one has the higher score; ties count half."""
    safe = [score(s, rate) for s, rate, ok in cells if ok]
    other = [score(s, rate) for s, rate, ok in cells if not ok]
    if not safe or not other:
        return math.nan
    return sum((a > b) + (a == b) / 2 for a in safe for b in other) / (len(safe) * len(other))


def logistic_loss(cells, score):
    return sum(math.log1p(math.exp(-score(s, rate) if safe else score(s, rate))) for s, rate, safe in cells)


def fitted(calibration, feature):
    """The limit c feature^b with an exponent b for all and a factor c per optimizer, by logistic loss on a grid."""

    def best_of(optimizer, exponent):
        cells = [c for c in calibration if c[0]["optimizer"] == optimizer]
        grid = [10 ** (k / 20) for k in range(-120, 61)]
        return min((logistic_loss(cells, lambda s, rate: 2 * score_of(c, exponent)(s, rate)), c) for c in grid)

    def score_of(factor, exponent):
        return lambda s, rate: math.log(factor) + exponent * math.log(feature(s)) - math.log(rate)

    total, exponent = min((sum(best_of(o, b)[0] for o in RATES), b) for b in [k / 20 for k in range(-20, 21)])
    factors = {o: best_of(o, exponent)[1] for o in RATES}
    return (lambda s, rate: score_of(factors[s["optimizer"]], exponent)(s, rate)), exponent


def best_constants(calibration):
    """As judge.py chooses them: the rates that are right most often, the smallest of those."""
    constants = {}
    for optimizer, rates in RATES.items():
        cells = [c for c in calibration if c[0]["optimizer"] == optimizer]
        constants[optimizer] = max(rates, key=lambda limit: accuracy(cells, lambda _, rate: math.log(limit / rate) + 1e-9))
    return constants


def predictors(calibration):
    constants = best_constants(calibration)
    distance, exponent = fitted(calibration, lambda s: s["recursion_distance"])
    gradient, gradient_exponent = fitted(calibration, lambda s: s["recursion_gradient_ratio"])

    def verdict(s, _rate):
        return math.log(s["recursion_distance"] / 0.0064)  # probe/trainability.h

    return [
        ("`--advise`", lambda s, rate: math.log(s["advised"] / rate)),
        ("one limit per optimizer", lambda s, rate: math.log(constants[s["optimizer"]] / rate) + 1e-9),
        ("recursion, its verdict alone", verdict),
        (f"recursion: limit ∝ (1 - cosine)^{exponent:g}", distance),
        (f"recursion: limit ∝ (first gradient / last)^{gradient_exponent:g}", gradient),
    ]


def interval(settings, figure):
    draw = random.Random(1)
    values = sorted(v for v in (figure(cells_of(draw.choices(settings, k=len(settings)))) for _ in range(RESAMPLINGS)) if not math.isnan(v))
    return values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1]


def wrong_of(cells, score):
    return [f"{s['name']} {rate:g}" for s, rate, safe in cells if (score(s, rate) >= 0) != safe]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cells", default=str(HERE / "cells.csv"))
    p.add_argument("--wrong", action="store_true", help="list the wrong cells of each predictor")
    options = p.parse_args()
    settings = read_settings(options.cells)
    judged = [s for s in settings if s["split"] == "judged"]
    calibration = cells_of([s for s in settings if s["split"] == "calibration"])
    cells = cells_of(judged)
    print("| predictor | right | accuracy | AUROC |\n|---|---|---|---|")
    for name, score in predictors(calibration):
        a_low, a_high = interval(judged, lambda c: accuracy(c, score))
        r_low, r_high = interval(judged, lambda c: auroc(c, score))
        right = accuracy(cells, score)
        print(f"| {name} | {round(right * len(cells))} of {len(cells)} | {100 * right:.1f} % ({100 * a_low:.0f} to {100 * a_high:.0f}) "
              f"| {auroc(cells, score):.3f} ({r_low:.3f} to {r_high:.3f}) |")  # fmt: skip
        if options.wrong:
            print(f"  wrong: {', '.join(wrong_of(cells, score)) or '-'}")


if __name__ == "__main__":
    main()
