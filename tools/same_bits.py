#!/usr/bin/python3
"""Checks that two builds of prenorm compute the same numbers, bit by bit: for changes that must not change any.

    tools/same_bits.py OLD_COMMAND NEW_COMMAND [--only REGEX] [--theory]

Both commands run the same short work on this machine: training of every task under every placement, with kernels and
composites, and without shortcuts, two workers each; the probe, the checks of the theory, advice and a study. Losses,
gradient norms and every other number of metrics.jsonl, the final weights and the JSON of the other commands must be
equal. Numbers from another machine prove nothing, since processors and BLAS libraries round differently.
"""

import argparse
import hashlib
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PLACEMENTS = ("post_ln", "pre_ln", "sandwich_ln", "deepnorm", "admin", "pre_ln_no_final", "none")
TASKS = ("translation", "masked_lm", "causal_lm", "classification")
ATTENTION = ("value_skipinit", "u_spa", "e_spa")
WITHOUT_SHORTCUTS = {
    "model.norm_placement": "none",
    "model.attention_skip": 0.0,
    "model.feed_forward_skip": 0.0,
    "model.activation": "tat_relu",
    "model.tat_eta": 0.3,
    "model.init": "orthogonal",
}
UPDATES = 60
# Keys of the JSON that differ between two runs of the same build.
TIMES = ("seconds", "training_seconds", "target_tokens_per_second", "tokens_per_second")
SHAPE = {
    "model.encoder_layers": 2,
    "model.decoder_layers": 2,
    "model.d_model": 32,
    "model.d_ff": 64,
    "model.num_heads": 2,
    "tokenizer.vocab_size": 60,
    "runtime.threads": 2,
    "runtime.workers": 2,
    "runtime.share_tokens": 64,
}


def write_texts(folder):
    """Sentences of made-up words, their reversal as a translation, documents and a table of examples."""
    draw = random.Random(1)
    words = [a + b for a in "bdkmst" for b in ("a", "e", "i", "o", "ü")]

    def sentence():
        return [draw.choice(words) for _ in range(draw.randint(2, 9))]

    for part, lines in (("train", 400), ("valid", 20)):
        sentences = [sentence() for _ in range(lines)]
        (folder / f"{part}.src").write_text("".join(" ".join(s) + "\n" for s in sentences))
        (folder / f"{part}.tgt").write_text("".join(" ".join(reversed(s)) + "\n" for s in sentences))
        text = "".join(" ".join(s) + ("\n\n" if i % 5 == 4 else "\n") for i, s in enumerate(sentences))
        (folder / f"{part}.txt").write_text(text)
        rows = "".join(f"{' '.join(s)}\t{'yes' if 'ba' in s else 'no'}\n" for s in sentences)
        (folder / f"{part}.tsv").write_text("sentence\tlabel\n" + rows)


def configuration(folder, task):
    """TOML of a small run of the task."""
    texts = {
        "translation": {"train_source": "train.src", "train_target": "train.tgt", "valid_source": "valid.src",
                        "valid_target": "valid.tgt", "max_source_tokens": 60, "max_target_tokens": 60},
        "masked_lm": {"train_text": "train.txt", "valid_text": "valid.txt", "sequence_length": 32},
        "causal_lm": {"train_text": "train.txt", "valid_text": "valid.txt", "sequence_length": 32},
        "classification": {"train_table": "train.tsv", "valid_table": "valid.tsv", "sequence_length": 32},
    }[task]
    lines = [f'task = "{task}"', "[data]"]
    for key, value in texts.items():
        lines.append(f"{key} = {value if isinstance(value, int) else json.dumps(str(folder / value))}")
    path = folder / f"{task}.toml"
    path.write_text("\n".join(lines) + "\n[batch]\nmax_tokens = 256\n[decode]\nmax_length_offset = 4\n")
    return path


def run(command, arguments, allowed=(0,)):
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        sys.exit(f"{command} {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key not in TIMES}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def document(text):
    """A JSON document without times, kind and version. Older builds do not write the last two."""
    value = without_times(json.loads(text))
    return {key: item for key, item in value.items() if key not in ("kind", "version")}


def sets(settings):
    return [f"--set={key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in settings.items()]


def training(command, config, folder, settings):
    """The numbers of one run of UPDATES updates: every line of its log, and a hash of its final weights."""
    settings = {**SHAPE, "train.max_steps": UPDATES, "train.log_every": 1, "train.observe_every": 20,
                "train.valid_every": 30, **settings}
    run(command, ["train", config, "--run", folder, *sets(settings)])
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    weights = (folder / "last" / "model.safetensors").read_bytes()
    # The header contains the version of the program. The tensors follow it.
    header = int.from_bytes(weights[:8], "little")
    return {"metrics": without_times(lines), "weights": hashlib.sha256(weights[8 + header:]).hexdigest()}


def trainings(folder):
    for task in TASKS:
        config = configuration(folder, task)
        for placement in PLACEMENTS:
            for fused in (True, False):
                settings = {"model.norm_placement": placement, "runtime.fused": fused}
                if task == "causal_lm":
                    settings["tokenizer.vocab_size"] = 300  # byte-level BPE starts from 256 bytes
                name = f"{task} {placement} {'kernels' if fused else 'composites'}"
                yield name, lambda command, out, c=config, s=settings: training(command, c, out, s)
        for attention in ATTENTION:
            settings = {**WITHOUT_SHORTCUTS, "model.attention": attention}
            if task == "causal_lm":
                settings["tokenizer.vocab_size"] = 300
            yield f"{task} {attention}", lambda command, out, c=config, s=settings: training(command, c, out, s)


def study(command, config, out):
    run(command, ["study", config, "--grid", "optim.lr=1e-3,1e-1", "--output", out, "--jobs", 1,
                  *sets({**SHAPE, "train.max_steps": 20})])
    return document((out / "study.json").read_text())


def commands(folder, theory):
    config = folder / "translation.toml"
    probe = ["probe", config, "--json", *sets(SHAPE)]

    def printed(arguments, allowed=(0,)):
        return lambda command, _: document(run(command, arguments, allowed))

    yield "probe", printed([*probe, "--placements", ",".join(PLACEMENTS), "--depths", "1,2", "--seeds", "2"])
    yield "probe --simplified", printed([*probe, "--placements", "post_ln,pre_ln", "--simplified", "--seeds", "2"])
    yield "probe --advise", printed([*probe, "--advise"])
    yield "study", lambda command, out: study(command, config, out)
    if theory:
        yield "probe --theory", printed(["probe", "--theory", "--json"], allowed=(0, 1))


def first_difference(old, new, path=""):
    """The first difference between two values, as text; None if they are equal. NaN equals NaN."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            found = first_difference(old.get(key, "missing"), new.get(key, "missing"), f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = (first_difference(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(old, new)))
        return next((found for found in pairs if found), None)
    equal = old == new or (old != old and new != new)
    return None if equal else f"{path}: {json.dumps(old)[:80]} became {json.dumps(new)[:80]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path, help="the command of the build before the change")
    parser.add_argument("new", type=Path, help="the command of the build after it")
    parser.add_argument("--only", default="", metavar="REGEX", help="only the cases whose names match")
    parser.add_argument("--theory", action="store_true", help="also compare `probe --theory`, which takes minutes")
    options = parser.parse_args()
    different = 0
    with tempfile.TemporaryDirectory(prefix="same-bits-") as name:
        folder = Path(name)
        write_texts(folder)
        every = (*trainings(folder), *commands(folder, options.theory))
        cases = [case for case in every if re.search(options.only, case[0])]
        for number, (case, measure) in enumerate(cases):
            old, new = (measure(command.resolve(), folder / f"{side}{number}")
                        for side, command in (("old-", options.old), ("new-", options.new)))
            found = first_difference(old, new)
            different += found is not None
            print(f"{'DIFFERENT' if found else 'same'}  {case}{'  ' + found if found else ''}", flush=True)
    print(f"{len(cases) - different} of {len(cases)} the same")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
