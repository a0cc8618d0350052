#!/usr/bin/python3
"""Trains one configuration with prenorm and with PyTorch, in turn, on the same batches, and prints how they compare.

A round is: prenorm, the peer as Debian installs it, prenorm, the best-tuned peer. Each run trains the same updates on
the same token ids; figures are medians over its counted updates, ratios are between neighbours of the same round.
bench/README.md says what each peer is.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEER = Path(__file__).resolve().parent / "peers" / "torch_translation.py"
LIBRARIES = Path("/usr/lib") / f"{os.uname().machine}-linux-gnu"
# Fresh memory causes page faults, so freed memory is kept, in large pages.
KEEP_MEMORY = ":".join(
    f"glibc.malloc.{setting}"
    for setting in ("mmap_max=0", "trim_threshold=8589934592", "top_pad=67108864", "hugetlb=1")
)
WARM_UP = 2  # updates that `prenorm bench` does not count
TUNED = ["--dropout-kernel=fast", "--loss=fused", "--attention=strided", "--updates=flat", "--flush-denormals"]
PEER_NAMES = {"installed": "PyTorch as Debian installs it", "best": "PyTorch, best-tuned"}


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("config", metavar="CONFIG.toml")
    p.add_argument("--prenorm", default=str(ROOT / "build/release/cli/prenorm"), help="the command to compare")
    p.add_argument("--python", default="/usr/bin/python3", help="the Python that has PyTorch")
    p.add_argument("--steps", type=int, default=12, help="updates of each run that count, after two that do not")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--peers", default="installed,best", help="installed, best or both (default)")
    p.add_argument("--implementation", choices=["own", "torch_nn"], default="own",
                   help="what the installed peer is made of: layers written out, or torch.nn.Transformer")  # fmt: skip
    p.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    a = p.parse_args()
    a.peers = a.peers.split(",")
    if unknown := [name for name in a.peers if name not in PEER_NAMES]:
        p.error(f"--peers: {unknown[0]!r} is none of {', '.join(PEER_NAMES)}")
    if a.steps < 1 or a.rounds < 1:
        p.error("--steps and --rounds want at least 1")
    return a


def say(text):
    print(f"compare: {text}", file=sys.stderr, flush=True)


def run(command, environment=None):
    """Standard output of a command. If it fails, this program exits with the end of its errors."""
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    except OSError as error:
        reason = f"cannot run {command[0]}: {error.strerror}; ./dev bench builds what is needed"
        raise SystemExit(f"compare: {reason}") from None
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()[-5:]
        raise SystemExit("\n".join([f"compare: {' '.join(map(str, command))} failed:", *words]))
    return done.stdout


def run_json(command, environment=None):
    text = run(command, environment)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise SystemExit(f"compare: {' '.join(map(str, command))} did not print one JSON object") from None


def peer_options(config):
    """The model and training of a configuration as options of the peer. Rejects what the peer does not support."""
    model, optim, schedule, batch = config["model"], config["optim"], config["schedule"], config["batch"]
    decay_start = schedule["decay_start_steps"]
    fixed = [
        ("model.activation", model["activation"], "relu"),
        ("model.positions", model["positions"], "sinusoidal"),
        ("model.tied_embeddings", model["tied_embeddings"], "all"),
        ("model.attention_dropout", model["attention_dropout"], 0),
        ("model.activation_dropout", model["activation_dropout"], 0),
        ("model.norm_eps", model["norm_eps"], 1e-5),
        ("tokenizer.joint", config["tokenizer"]["joint"], True),
        ("batch.accumulate", batch["accumulate"], 1),
        ("optim.name", optim["name"], "adam"),
        ("optim.beta1", optim["beta1"], 0.9),
        ("optim.beta2", optim["beta2"], 0.98),
        ("optim.eps", optim["eps"], 1e-9),
        ("optim.weight_decay", optim["weight_decay"], 0),
        ("schedule.name", schedule["name"], "inverse_sqrt"),
        ("schedule.decay_start_steps", decay_start, schedule["warmup_steps"] if decay_start >= 0 else -1),
    ]
    for key, value, wanted in fixed:
        if value != wanted:
            raise SystemExit(f"compare: the peer has no {key} = {json.dumps(value)}, only {json.dumps(wanted)}")
    options = {
        "encoder-layers": model["encoder_layers"],
        "decoder-layers": model["decoder_layers"],
        "d-model": model["d_model"],
        "d-ff": model["d_ff"],
        "heads": model["num_heads"],
        "norm-placement": model["norm_placement"],
        "dropout": model["dropout"],
        "label-smoothing": config["train"]["label_smoothing"],
        "lr": optim["lr"],
        "warmup": schedule["warmup_steps"],
        "clip-norm": optim["clip_norm"],
        "seed": config["train"]["seed"],
        "skip": WARM_UP,
    }
    return [f"--{name}={value}" for name, value in options.items()]


def blas_folder(kind):
    """Folder of the OpenBLAS of that kind (pthread, openmp): installed, or unpacked under build/ by ./dev bench."""
    folders = (LIBRARIES / f"openblas-{kind}", ROOT / "build" / "bench" / f"openblas-{kind}")
    return next((folder for folder in folders if (folder / "libblas.so.3").exists()), None)


def peer_setup(name, a):
    """Options and environment of a peer. Drops settings of the caller's environment that would tune the untuned one."""
    tuning = ("OMP_", "OPENBLAS_", "BLIS_", "GOTO_", "MKL_", "KMP_", "GOMP_", "MALLOC_")
    left_out = ("LD_LIBRARY_PATH", "LD_PRELOAD", "GLIBC_TUNABLES", "PYTHONPATH")
    environment = {k: v for k, v in os.environ.items() if k not in left_out and not k.startswith(tuning)}
    folder = blas_folder("pthread" if name == "installed" else "openmp")
    if folder:
        environment["LD_LIBRARY_PATH"] = str(folder)
    if name == "installed":
        if not folder:
            say("there is no OpenBLAS with POSIX threads here: the installed peer takes the system's libblas.so.3")
        return [f"--implementation={a.implementation}"], environment
    environment["GLIBC_TUNABLES"] = KEEP_MEMORY
    return [*TUNED, "--threads=1", f"--processes={len(os.sched_getaffinity(0))}", "--reduce=shared"], environment


def all_rounds(a, config, batches):
    """{"prenorm": [...], peer: [...]}: the output of each run. prenorm's list has one run before each peer's run."""
    model = peer_options(config)
    setups = {name: peer_setup(name, a) for name in a.peers}
    runs = {"prenorm": [], **{name: [] for name in a.peers}}
    for number in range(1, a.rounds + 1):
        for name, (options, environment) in setups.items():
            say(f"round {number} of {a.rounds}: prenorm, then {PEER_NAMES[name]}")
            runs["prenorm"].append(run_json([a.prenorm, "bench", a.config, "--steps", str(a.steps), "--json"]))
            runs[name].append(run_json([a.python, str(PEER), batches, *model, *options], environment))
    return runs


def spread(values):
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def summary(a, config, runs):
    def of(name, key):
        return [run[key] for run in runs[name]]

    def side(name):
        rates = {key: spread(of(name, key)) for key in ("target_tokens_per_second", "source_tokens_per_second")}
        milliseconds = statistics.median(run["ms_per_update"]["median"] for run in runs[name])
        last = {key: runs[name][-1].get(key) for key in ("loss_nats_per_token", "versions", "processes", "threads")}
        return {**rates, "ms_per_update": milliseconds, "peak_rss_mib": max(of(name, "peak_rss_mib")), **last}

    result = {"config": a.config, "model": config["model"], "steps": a.steps, "rounds": a.rounds}
    result["prenorm"] = {**side("prenorm"), "utilization": spread(of("prenorm", "utilization"))}
    result["prenorm"]["gemm_peak_gflops"] = spread(of("prenorm", "gemm_peak_gflops"))
    ours = of("prenorm", "target_tokens_per_second")
    for index, name in enumerate(a.peers):
        theirs = of(name, "target_tokens_per_second")
        ratios = [mine / yours for mine, yours in zip(ours[index :: len(a.peers)], theirs, strict=True)]
        memory = result["prenorm"]["peak_rss_mib"] / max(of(name, "peak_rss_mib"))
        result[name] = {**side(name), "speed_of_prenorm": spread(ratios), "memory_of_prenorm": memory}
    return result


def show(result, names):
    def cell(values, digits):
        return f"{values['median']:.{digits}f} ({values['lowest']:.{digits}f} to {values['highest']:.{digits}f})"

    ours, model = result["prenorm"], result["model"]
    layers = f"{model['encoder_layers']}+{model['decoder_layers']} layers"
    print(f"{result['config']}: {layers}, d_model {model['d_model']}, {result['steps']} counted updates a run, "
          f"{result['rounds']} rounds\n")  # fmt: skip
    print("| | target tokens/s | ms an update | peak MiB | prenorm is faster by | prenorm's memory |")
    print("|---|---|---|---|---|---|")
    for name in ("prenorm", *names):
        side = result[name]
        cells = [PEER_NAMES.get(name, name), cell(side["target_tokens_per_second"], 0)]
        cells += [f"{side[key]:.0f}" for key in ("ms_per_update", "peak_rss_mib")]
        cells.append(cell(side["speed_of_prenorm"], 2) if name in names else "")
        cells.append(f"{side['memory_of_prenorm']:.2f} of it" if name in names else "")
        print(f"| {' | '.join(cells)} |")
    peak = f"{ours['gemm_peak_gflops']['median']:.0f} GFLOP/s"
    print(f"\nprenorm's utilization: {cell(ours['utilization'], 2)} of {peak}")
    for name in names:
        side = result[name]
        print(f"{PEER_NAMES[name]}: processes {side['processes']}, threads of each {side['threads']}, "
              f"torch {side['versions']['torch']}, {side['versions']['blas']}")  # fmt: skip
    show_losses(result, names)


def show_losses(result, names):
    """Initial weights and dropout masks are random and different, so the losses are only roughly equal."""
    losses = {name: result[name]["loss_nats_per_token"] for name in ("prenorm", *names)}
    count = result["steps"]
    losses = {name: values[-count:] for name, values in losses.items() if values}
    steps = sorted({1, (count + 1) // 2, count})
    print("\nloss, nats a token: " + "; ".join(
        f"{PEER_NAMES.get(name, name)} " + ", ".join(f"{values[step - 1]:.3f}" for step in steps)
        for name, values in losses.items()
    ) + f" (counted updates {', '.join(map(str, steps))})")  # fmt: skip


def main():
    a = parse_arguments()
    config = run_json([a.prenorm, "config", a.config, "--json"])["config"]
    with tempfile.TemporaryDirectory(prefix="prenorm-bench-") as folder:
        batches = str(Path(folder) / "batches.jsonl")
        count = a.steps + WARM_UP
        say(f"writing {count} batches of {a.config}")
        run([a.prenorm, "bench", a.config, "--steps", str(count), "--write-batches", batches])
        result = summary(a, config, all_rounds(a, config, batches))
    if a.json:
        print(json.dumps(result, indent=2))
    else:
        show(result, a.peers)


if __name__ == "__main__":
    main()
