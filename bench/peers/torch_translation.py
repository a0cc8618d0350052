#!/usr/bin/python3
"""Trains this project's translation model with PyTorch on the batches of a file and prints one JSON object: what the
project's trainer is compared with. bench/README.md says how; `prenorm bench CONFIG --write-batches FILE` writes the
file.

With nothing but the shape of the model it is an ordinary, careful PyTorch program. The other options replace, one by
one, what takes the time in it.
"""

import argparse
import json
import math
import os
import resource
import statistics
import sys
import time


PATIENCE = 600  # seconds that a process waits for another before it gives up


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("batches", help="file of batches")
    p.add_argument("--encoder-layers", type=int, default=6)
    p.add_argument("--decoder-layers", type=int, default=6)
    p.add_argument("--d-model", type=int, default=512)
    p.add_argument("--d-ff", type=int, default=1024)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--norm-placement", choices=["post_ln", "pre_ln"], default="post_ln")
    p.add_argument("--dropout", type=float, default=0.1)
    p.add_argument("--label-smoothing", type=float, default=0.1)
    p.add_argument("--lr", type=float, default=3e-4)
    p.add_argument("--warmup", type=int, default=4000, help="updates of linear warm-up, then inverse square root")
    p.add_argument("--clip-norm", type=float, default=0.0, help="largest norm of the gradient; 0 = never clip")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--skip", type=int, default=2, help="first updates that the figures leave out")
    p.add_argument("--implementation", choices=["own", "torch_nn"], default="own", help="torch_nn: nn.Transformer")
    p.add_argument("--dropout-kernel", choices=["torch", "fast"], default="torch",
                   help="fast: 16 random bits an element")  # fmt: skip
    p.add_argument("--attention", choices=["torch", "strided"], default="torch",
                   help="strided: reads and writes heads where they stand, without copies between layouts")  # fmt: skip
    p.add_argument("--loss", choices=["torch", "fused"], default="torch", help="fused: projection and loss by chunks")
    p.add_argument("--loss-chunk", type=int, default=512, help="rows that --loss fused takes at a time")
    p.add_argument("--updates", choices=["torch", "foreach", "flat"], default="torch",
                   help="torch.optim.Adam; the same over lists of tensors; or one flat buffer of gradients, to which "
                   "linear layers add in the matrix product, and Adam by slices that fit in the cache")  # fmt: skip
    p.add_argument("--row-tokens", type=int, default=0,
                   help="put sentences end to end in rows of up to so many tokens; 0 = one sentence a row")  # fmt: skip
    p.add_argument("--processes", type=int, default=1,
                   help="each takes its share of every batch (wants --updates flat)")  # fmt: skip
    p.add_argument("--reduce", choices=["gloo", "shared"], default="gloo",
                   help="how processes add their gradients: all-reduce, or in memory that they share")  # fmt: skip
    p.add_argument("--threads", type=int, default=0, help="threads of each process; 0 = what PyTorch starts with")
    p.add_argument("--flush-denormals", action="store_true")
    p.add_argument("--profile", action="store_true", help="print where the time goes to standard error")
    a = p.parse_args()
    if a.processes > 1 and a.updates != "flat":
        p.error("--processes wants --updates flat")
    return a


class Worker:
    """One training process. `shared` is a Shared object, or None for a single process."""

    def __init__(self, a, header, rank, shared):
        import torch

        from translation_model import Kernels, Shape, Translator

        self.torch, self.a, self.header, self.rank, self.shared = torch, a, header, rank, shared
        if a.threads:
            torch.set_num_threads(a.threads)
        torch.set_flush_denormal(a.flush_denormals)
        torch.manual_seed(a.seed)
        shape = Shape(header.target_vocabulary, a.encoder_layers, a.decoder_layers, a.d_model, a.d_ff, a.heads,
                      a.norm_placement == "pre_ln", a.dropout, a.label_smoothing)  # fmt: skip
        own = a.implementation == "own"
        kernels = Kernels(a.dropout_kernel == "fast", a.loss == "fused", own and a.updates == "flat",
                          a.attention == "strided", a.loss_chunk, a.seed * 1000 + rank)  # fmt: skip
        self.model = Translator(shape, not own, kernels)
        self.parameters = list(self.model.parameters())
        torch.manual_seed(kernels.seed)  # the same weights everywhere, different masks
        self.start_flat() if a.updates == "flat" else self.start_ordinary()
        if a.processes > 1 and a.reduce == "gloo":
            torch.distributed.init_process_group(
                "gloo", init_method=f"tcp://127.0.0.1:{shared.port}", rank=rank, world_size=a.processes
            )

    def start_ordinary(self):
        self.adam = self.torch.optim.Adam(
            self.parameters, lr=self.a.lr, betas=(0.9, 0.98), eps=1e-9, foreach=self.a.updates == "foreach"
        )

    def start_flat(self):
        """Moves parameters and gradients into one buffer each. With shared memory, all processes use the same
        parameters, and each updates its own part of them."""
        from translation_kernels import FlatAdam

        torch, count = self.torch, sum(p.numel() for p in self.parameters)
        in_memory = self.shared is not None and self.a.reduce == "shared"
        assert count == count_parameters(self.a)
        self.values = self.shared.values if in_memory else torch.zeros(count)
        self.gradients = self.shared.gradients[self.rank] if in_memory else torch.zeros(count)
        begin = 0
        for p in self.parameters:
            end = begin + p.numel()
            if self.rank == 0 or not in_memory:
                self.values[begin:end] = p.data.view(-1)
            p.data, p.grad = (x[begin:end].view(p.shape) for x in (self.values, self.gradients))
            begin = end
        cuts = [count * r // self.a.processes for r in range(self.a.processes + 1)]
        self.stretch = slice(cuts[self.rank], cuts[self.rank + 1]) if in_memory else slice(0, count)
        self.adam = FlatAdam(
            self.values[self.stretch], self.gradients[self.stretch], 0.9, 0.98, 1e-9, self.a.clip_norm
        )
        if in_memory:
            self.shared.barrier.wait(PATIENCE)

    def rate(self, step):
        warmup = max(1, self.a.warmup)
        return self.a.lr * min(step / warmup, math.sqrt(warmup / step))

    def update(self, step, pairs):
        """Returns this process's part of the loss in nats per target token."""
        from translation_batches import count_tokens, make_batch, share_of

        scale = 1 / count_tokens(pairs)[1]
        share = share_of(pairs, self.rank, self.a.processes)
        if self.a.updates == "flat":
            self.gradients.zero_()
        else:
            self.adam.zero_grad(set_to_none=True)
        loss = 0.0
        if share:  # one sentence cannot be split between two processes
            total = self.model(make_batch(share, self.header, self.a.row_tokens), scale)
            total.backward()
            loss = total.item()
        (self.step_flat if self.a.updates == "flat" else self.step_ordinary)(self.rate(step))
        return loss

    def step_ordinary(self, rate):
        if self.a.clip_norm > 0:
            self.torch.nn.utils.clip_grad_norm_(self.parameters, self.a.clip_norm)
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.step()

    def step_flat(self, rate):
        shared = self.shared
        if self.a.processes == 1:
            self.adam.step(rate, self.adam.squared_norm())
        elif self.a.reduce == "gloo":
            self.torch.distributed.all_reduce(self.gradients)
            self.adam.step(rate, self.adam.squared_norm())
        else:
            shared.barrier.wait(PATIENCE)  # all gradients are complete
            for rank in range(self.a.processes):
                if rank != self.rank:
                    self.gradients[self.stretch].add_(shared.gradients[rank][self.stretch])
            squared_norm = self.adam.squared_norm()
            if self.a.clip_norm > 0:
                shared.squared_norms[self.rank] = squared_norm
                shared.barrier.wait(PATIENCE)
                squared_norm = float(shared.squared_norms.sum())
            self.adam.step(rate, squared_norm)
            shared.barrier.wait(PATIENCE)  # all parameters are updated


class Shared:
    """The data shared by several processes, created before they start."""

    def __init__(self, a, context, parameters):
        import socket

        import torch

        self.barrier = context.Barrier(a.processes)
        self.squared_norms = torch.zeros(a.processes, dtype=torch.double).share_memory_()
        if a.reduce == "shared":
            self.values = torch.zeros(parameters).share_memory_()
            self.gradients = [torch.zeros(parameters).share_memory_() for _ in range(a.processes)]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]


def peak_rss_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def train(a, rank=0, shared=None, results=None):
    """All updates of one process. Returns, or puts into `results`, (losses, seconds of each update, peak memory)."""
    from translation_batches import read_batches

    header, updates = read_batches(a.batches)
    if header.source_vocabulary != header.target_vocabulary:
        raise SystemExit(f"{a.batches}: the peer wants one joint vocabulary for source and target")
    worker = Worker(a, header, rank, shared)
    losses, seconds = [], []
    profile = make_profile() if a.profile and rank == 0 else None
    for step, pairs in enumerate(updates, 1):
        if profile and step == a.skip + 1:  # the first updates allocate memory
            profile.start()
        start = time.perf_counter()
        losses.append(worker.update(step, pairs))
        seconds.append(time.perf_counter() - start)
    if profile:
        profile.stop()
        averages = profile.key_averages()
        print(averages.table(sort_by="self_cpu_time_total", row_limit=30, max_name_column_width=44), file=sys.stderr)
    parameters = sum(p.numel() for p in worker.parameters)
    outcome = (losses, seconds, peak_rss_mib(), parameters, worker.torch.get_num_threads())
    if results is not None:
        results.put((rank, outcome))
    return outcome


def make_profile():
    import torch

    return torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU])


def count_parameters(a):
    """Number of parameters of a translation_model.Translator that does not exist yet. Worker.start_flat checks it."""
    from translation_batches import read_batches

    header, _ = read_batches(a.batches)
    d, f = a.d_model, a.d_ff
    attention, forward, norm = 4 * d * d + 4 * d, 2 * d * f + d + f, 2 * d
    layers = a.encoder_layers * (attention + forward + 2 * norm)
    layers += a.decoder_layers * (2 * attention + forward + 3 * norm)
    ends = 2 * norm if a.norm_placement == "pre_ln" else 0
    return header.target_vocabulary * d + layers + ends


def train_in_processes(a):
    import queue

    import torch.multiprocessing

    context = torch.multiprocessing.get_context("spawn")
    shared, results = Shared(a, context, count_parameters(a)), context.SimpleQueue()
    processes = [context.Process(target=train, args=(a, rank, shared, results)) for rank in range(a.processes)]
    for process in processes:
        process.start()
    while results.empty() and all(process.exitcode in (None, 0) for process in processes):
        time.sleep(0.05)
    if any(process.exitcode for process in processes):
        for process in processes:
            process.terminate()
        raise SystemExit("a process of the peer failed")
    outcomes = dict(results.get() for _ in processes)
    for process in processes:
        process.join()
    return [outcomes[rank] for rank in range(a.processes)]


def loaded_blas():
    """Path of the BLAS that this process uses, according to the system."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split()[-1] for line in maps if line.rstrip().endswith((".so", ".so.3", ".so.0", ".so.4"))}
    libraries = [os.path.realpath(path) for path in paths if "blas" in os.path.basename(path) or "blis" in path]
    return next((path for path in sorted(libraries) if "open" in path or "blis" in path), "unknown BLAS")


def report(a, outcomes):
    import platform

    import torch

    from translation_batches import count_tokens, read_batches

    tokens = [count_tokens(pairs) for pairs in read_batches(a.batches)[1]][a.skip :]
    seconds = outcomes[0][1][a.skip :]
    if len(seconds) < 1:
        raise SystemExit(f"{a.batches}: not more updates than the {a.skip} that are left out")
    ms = sorted(1000 * s for s in seconds)
    return {
        "target_tokens_per_second": statistics.median(t / s for (_, t), s in zip(tokens, seconds, strict=True)),
        "source_tokens_per_second": statistics.median(t / s for (t, _), s in zip(tokens, seconds, strict=True)),
        "ms_per_update": {
            "median": statistics.median(ms),
            "p10": ms[round(0.1 * (len(ms) - 1))],
            "p90": ms[round(0.9 * (len(ms) - 1))],
        },
        "updates": len(ms),
        "peak_rss_mib": sum(outcome[2] for outcome in outcomes),
        "loss_nats_per_token": [sum(parts) for parts in zip(*(outcome[0] for outcome in outcomes), strict=True)],
        "parameters": outcomes[0][3],
        "processes": a.processes,
        "threads": outcomes[0][4],
        "versions": {"torch": torch.__version__, "python": platform.python_version(), "blas": loaded_blas()},
    }


def main():
    a = parse_arguments()
    if a.processes > 1 and a.threads:
        os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(a.threads)
    outcomes = [train(a)] if a.processes == 1 else train_in_processes(a)
    print(json.dumps(report(a, outcomes)))


if __name__ == "__main__":
    main()
