"""Beam search and exhaustive search, written for clearness: no cache, padded sources, one sentence after the other.

README.md defines the algorithm. On its own, `python3 beam_search.py --beam 5 --length-penalty 0.6 --max-length 12`
prints the n-best lists of the recorded model.
"""

import argparse
from pathlib import Path
from typing import List, NamedTuple, Sequence

import numpy as np
import torch
from torch import Tensor

import parameters
import safetensors_file
from packing import is_real, offsets_of
from translator import Translator, Variant, pad_ids

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
MODEL = "translator_pre_untied_learned_gelu"
BEAMS = (1, 3, 5)
LENGTH_PENALTIES = (0.0, 0.6, 1.0)
MAX_LENGTHS = (4, 12)
EXHAUSTIVE_MAX_LENGTHS = (3, 4)
EXHAUSTIVE_N_BEST = 5


class Hypothesis(NamedTuple):
    ids: List[int]
    """Without beginning of sentence; ends in end of sentence once finished."""
    log_prob: float

    def score(self, length_penalty: float) -> float:
        return self.log_prob / len(self.ids) ** length_penalty


class Result(NamedTuple):
    n_best: List[Hypothesis]
    steps: int
    """Decoder steps taken, the step that forces the end of sentence counted."""
    smallest_gap: float
    """Distance of the two closest log-probabilities or scores whose order the result rests on."""


class Model:
    """A recorded translator and its recorded source sentences."""

    def __init__(self, path: Path):
        tensors, metadata = safetensors_file.read(path)
        keys = ("norm_placement", "tied_embeddings", "positions", "activation")
        self.translator = Translator(Variant(*(metadata[key] for key in keys)))
        parameters.fill_from(self.translator.views(parameters.value), tensors)
        self.bos_id, self.eos_id = int(metadata["bos_id"]), int(metadata["eos_id"])
        self.vocab_size = int(metadata["vocab_size"])
        lengths = np.diff(tensors["source_offsets"]).tolist()
        self.source_is_real = is_real(lengths)
        # Padded and encoded together, so that the search rests on masked padding as well.
        self.memory = self.translator.encode(
            pad_ids(torch.from_numpy(tensors["source_ids"]), lengths), self.source_is_real
        )

    def next_log_probs(self, source: int, prefixes: Sequence[Sequence[int]]) -> Tensor:
        """[prefixes, vocabulary], of the token after each prefix; all prefixes are of one length."""
        ids = torch.tensor([[self.bos_id, *prefix] for prefix in prefixes])
        memory = self.memory[source].expand(len(prefixes), -1, -1)
        memory_is_real = self.source_is_real[source].expand(len(prefixes), -1)
        logits = self.translator.decode(ids, torch.ones_like(ids, dtype=torch.bool), memory, memory_is_real)
        return logits[:, -1].log_softmax(1)


def gap(sorted_values: Sequence[float]) -> float:
    return min((a - b for a, b in zip(sorted_values, sorted_values[1:])), default=float("inf"))


def beam_search(
    model: Model, source: int, beam: int, length_penalty: float, max_length: int, stop_early: bool = True
) -> Result:
    live = [Hypothesis([], 0.0)]
    finished: List[Hypothesis] = []
    smallest_gap = float("inf")

    def ranked() -> List[Hypothesis]:
        return sorted(finished, key=lambda hypothesis: -hypothesis.score(length_penalty))

    for step in range(1, max_length + 1):
        log_probs = model.next_log_probs(source, [hypothesis.ids for hypothesis in live])
        totals = (torch.tensor([hypothesis.log_prob for hypothesis in live]).unsqueeze(1) + log_probs).tolist()
        if step == max_length:
            finished += [Hypothesis(h.ids + [model.eos_id], row[model.eos_id]) for h, row in zip(live, totals)]
            break
        # A stable sort of hypothesis after hypothesis, token after token: ties go to the better parent, the lower id.
        candidates = [Hypothesis(h.ids + [t], total) for h, row in zip(live, totals) for t, total in enumerate(row)]
        candidates.sort(key=lambda candidate: -candidate.log_prob)
        smallest_gap = min(smallest_gap, gap([candidate.log_prob for candidate in candidates[: 2 * beam + 1]]))
        candidates = candidates[: 2 * beam]
        finished += [candidate for candidate in candidates[:beam] if candidate.ids[-1] == model.eos_id]
        live = [candidate for candidate in candidates if candidate.ids[-1] != model.eos_id][:beam]
        if stop_early and len(finished) >= beam:
            attainable = live[0].log_prob / max_length**length_penalty
            worst = ranked()[beam - 1].score(length_penalty)
            smallest_gap = min(smallest_gap, abs(worst - attainable))
            if attainable <= worst:
                break

    scores = [hypothesis.score(length_penalty) for hypothesis in ranked()[: beam + 1]]
    return Result(ranked()[:beam], step, min(smallest_gap, gap(scores)))


def every_hypothesis(model: Model, source: int, max_length: int) -> List[Hypothesis]:
    """All token sequences that end in end of sentence (and have it nowhere else), of at most max_length tokens."""
    words = [token for token in range(model.vocab_size) if token != model.eos_id]
    prefixes = [Hypothesis([], 0.0)]
    hypotheses = []
    for length in range(1, max_length + 1):
        log_probs = model.next_log_probs(source, [prefix.ids for prefix in prefixes]).tolist()
        steps = list(zip(prefixes, log_probs))
        hypotheses += [
            Hypothesis(prefix.ids + [model.eos_id], prefix.log_prob + row[model.eos_id]) for prefix, row in steps
        ]
        if length < max_length:
            prefixes = [
                Hypothesis(prefix.ids + [word], prefix.log_prob + row[word]) for prefix, row in steps for word in words
            ]
    return hypotheses


def as_tensors(name: str, n_best_lists: List[List[Hypothesis]], length_penalty: float) -> dict:
    sources = len(n_best_lists)
    flat = [hypothesis for n_best in n_best_lists for hypothesis in n_best]
    return {
        f"{name}.ids": np.concatenate([hypothesis.ids for hypothesis in flat]),
        f"{name}.offsets": offsets_of([len(hypothesis.ids) for hypothesis in flat]),
        f"{name}.log_probs": np.array([hypothesis.log_prob for hypothesis in flat]).reshape(sources, -1),
        f"{name}.scores": np.array([hypothesis.score(length_penalty) for hypothesis in flat]).reshape(sources, -1),
    }


def record_beam_search(model: Model) -> dict:
    tensors = {}
    for max_length in MAX_LENGTHS:
        for beam in BEAMS:
            for length_penalty in LENGTH_PENALTIES:
                name = f"beam.max_length_{max_length}.beam_{beam}.penalty_{length_penalty}"
                results = [
                    beam_search(model, source, beam, length_penalty, max_length) for source in range(len(model.memory))
                ]
                check_early_stop(model, results, beam, length_penalty, max_length)
                tensors.update(as_tensors(name, [result.n_best for result in results], length_penalty))
                tensors[f"{name}.steps"] = np.array([result.steps for result in results])
                tensors[f"{name}.smallest_gap"] = np.array([result.smallest_gap for result in results])
    return tensors


def check_early_stop(model: Model, results: List[Result], beam: int, length_penalty: float, max_length: int) -> None:
    """Stopping early saves steps and must change nothing."""
    for source, result in enumerate(results):
        patient = beam_search(model, source, beam, length_penalty, max_length, stop_early=False)
        assert result.n_best == patient.n_best, f"source {source}: the early stop changed the n-best list"


def record_exhaustive_search(model: Model) -> dict:
    tensors = {}
    for max_length in EXHAUSTIVE_MAX_LENGTHS:
        everything = [every_hypothesis(model, source, max_length) for source in range(len(model.memory))]
        for length_penalty in LENGTH_PENALTIES:
            n_best_lists = []
            for source, hypotheses in enumerate(everything):
                ranked = sorted(hypotheses, key=lambda hypothesis: -hypothesis.score(length_penalty))
                n_best_lists.append(ranked[:EXHAUSTIVE_N_BEST])
                if max_length == 3:
                    check_widest_beam(model, source, length_penalty, n_best_lists[-1])
            name = f"exhaustive.max_length_{max_length}.penalty_{length_penalty}"
            tensors.update(as_tensors(name, n_best_lists, length_penalty))
    return tensors


def check_widest_beam(model: Model, source: int, length_penalty: float, best: List[Hypothesis]) -> None:
    """A beam that holds every hypothesis of three tokens prunes nothing."""
    beam = (model.vocab_size - 1) * model.vocab_size
    widest = beam_search(model, source, beam, length_penalty, max_length=3).n_best[: len(best)]
    assert [hypothesis.ids for hypothesis in widest] == [hypothesis.ids for hypothesis in best]
    np.testing.assert_allclose([h.log_prob for h in widest], [h.log_prob for h in best], rtol=1e-13)


@torch.no_grad()
def compute() -> dict:
    """{file stem: (tensors, metadata)}"""
    model = Model(GOLDEN / f"{MODEL}.safetensors")
    tensors = {**record_beam_search(model), **record_exhaustive_search(model)}
    return {"beam_search": (tensors, {"model": MODEL})}


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description="Beam search with a recorded translator on its recorded sources.")
    parser.add_argument("--model", type=Path, default=GOLDEN / f"{MODEL}.safetensors")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--length-penalty", type=float, default=1.0)
    parser.add_argument("--max-length", type=int, default=12)
    arguments = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    model = Model(arguments.model)
    for source in range(len(model.memory)):
        result = beam_search(model, source, arguments.beam, arguments.length_penalty, arguments.max_length)
        print(f"source {source}: {result.steps} steps, smallest gap {result.smallest_gap:.2g}")
        for hypothesis in result.n_best:
            print(f"  {hypothesis.score(arguments.length_penalty):10.6f}  {hypothesis.ids}")


if __name__ == "__main__":
    main()
