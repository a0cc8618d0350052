"""The batches file that `prenorm bench CONFIG --write-batches FILE` writes, and batches as padded rows of tokens.

JSON lines: first {"source_vocabulary", "target_vocabulary", "start_id", "eos_id", "steps"}, then one line per update,
{"source": [[id, ...], ...], "target": [[id, ...], ...]}, sentences without start and end of sentence.
"""

import json
from dataclasses import dataclass

import numpy as np
import torch


@dataclass
class Header:
    source_vocabulary: int
    target_vocabulary: int
    start_id: int
    eos_id: int
    steps: int


@dataclass
class Side:
    """Rows of tokens. A row contains one sentence or several end to end; the rest of it is padding."""

    ids: torch.Tensor  # [rows, length]
    positions: torch.Tensor  # [rows, length], counted from the start of the sentence
    sentence: torch.Tensor  # [rows, length], index of the sentence within the row, -1 for padding
    padded: bool  # whether there is any padding


@dataclass
class Batch:
    source: Side
    target: Side  # input of the decoder: start + ids
    gold: torch.Tensor  # [rows, length of target], tokens to predict: ids + eos
    target_tokens: int
    one_sentence_a_row: bool


def read_batches(path):
    """Returns the header and a list of updates, each a list of pairs of id arrays."""
    with open(path, encoding="utf-8") as lines:
        header = Header(**json.loads(next(lines)))
        updates = []
        for line in lines:
            update = json.loads(line)
            pairs = zip(update["source"], update["target"], strict=True)
            updates.append([(np.array(s, dtype=np.int64), np.array(t, dtype=np.int64)) for s, t in pairs])
    if len(updates) != header.steps:
        raise SystemExit(f"{path}: {len(updates)} updates where the first line says {header.steps}")
    return header, updates


def count_tokens(pairs):
    """Numbers of source and target tokens, including the end of each sentence."""
    return sum(len(s) + 1 for s, _ in pairs), sum(len(t) + 1 for _, t in pairs)


def share_of(pairs, rank, processes):
    """The pairs of one of several processes. Neighbours have similar lengths, so each process takes every n-th pair."""
    return pairs[rank::processes]


def _rows(pairs, row_tokens):
    """Distributes sentences over rows of at most row_tokens on either side (a longer one gets its own row)."""
    if row_tokens == 0:
        return [[pair] for pair in pairs]
    rows, source, target = [[]], 0, 0
    for pair in pairs:
        s, t = len(pair[0]) + 1, len(pair[1]) + 1
        if rows[-1] and (source + s > row_tokens or target + t > row_tokens):
            rows.append([])
            source = target = 0
        rows[-1].append(pair)
        source, target = source + s, target + t
    return rows


def _side(rows, sentences):
    """rows: number of sentences in each row; sentences: id arrays in that order."""
    lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
    counts = np.array(rows)
    first = np.cumsum(counts) - counts  # the first sentence of each row
    starts = np.cumsum(lengths) - lengths
    row_of = np.repeat(np.arange(len(counts)), counts)
    offset = starts - starts[first][row_of]  # offset of each sentence in its row
    width = int(np.add.reduceat(lengths, first).max())
    within = np.arange(lengths.sum()) - np.repeat(starts, lengths)
    at = np.repeat(row_of * width + offset, lengths) + within
    ids, positions = (np.zeros(len(counts) * width, np.int64) for _ in range(2))
    sentence = np.full(len(counts) * width, -1, np.int64)
    ids[at] = np.concatenate(sentences)
    positions[at] = within
    sentence[at] = np.repeat(np.arange(len(sentences)) - first[row_of], lengths)
    ids, positions, sentence = (torch.from_numpy(x).view(len(counts), width) for x in (ids, positions, sentence))
    return Side(ids, positions, sentence, padded=len(at) < len(counts) * width)


def make_batch(pairs, header, row_tokens):
    """row_tokens: 0 for one sentence per row, else the length up to which a row takes further sentences."""
    start, eos = np.array([header.start_id]), np.array([header.eos_id])
    rows = _rows(pairs, row_tokens)
    counts = [len(row) for row in rows]
    source = _side(counts, [np.concatenate((s, eos)) for s, _ in pairs])
    target = _side(counts, [np.concatenate((start, t)) for _, t in pairs])
    gold = _side(counts, [np.concatenate((t, eos)) for _, t in pairs]).ids
    return Batch(source, target, gold, count_tokens(pairs)[1], one_sentence_a_row=max(counts) == 1)
