"""The whole encoder-decoder model, put together from PyTorch's own stacks."""

import math
from dataclasses import asdict, dataclass
from typing import Dict, List, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import parameters
from layers import D_FF, D_MODEL, NORM_EPS, NUM_HEADS, causal_mask, layer_options
from packing import is_real, offsets_of, pad, unpad

ENCODER_LAYERS, DECODER_LAYERS, VOCAB_SIZE, MAX_POSITIONS = 2, 3, 23, 12
BOS_ID, EOS_ID = 1, 2
FIRST_WORD_ID = 3
LABEL_SMOOTHING = 0.1
EOS_LOGIT = 2.0
SOURCE_WORDS = [4, 0, 8, 2]
TARGET_WORDS = [3, 6, 0, 9]
SEED = 1002


@dataclass(frozen=True)
class Variant:
    norm_placement: str
    tied_embeddings: str = "all"
    positions: str = "sinusoidal"
    activation: str = "relu"


VARIANTS = {
    "translator_post": Variant("post_ln"),
    "translator_pre": Variant("pre_ln"),
    "translator_pre_untied_learned_gelu": Variant("pre_ln", "none", "learned", "gelu"),
}


def sinusoids(length: int) -> Tensor:
    """Vaswani et al. 2017, section 3.5: sine in even columns, cosine in odd ones."""
    table = torch.empty(length, D_MODEL)
    for position in range(length):
        for column in range(0, D_MODEL, 2):
            angle = position / 10000 ** (column / D_MODEL)
            table[position, column] = math.sin(angle)
            table[position, column + 1] = math.cos(angle)
    return table


class Translator(nn.Module):
    def __init__(self, variant: Variant):
        super().__init__()
        placement = variant.norm_placement.removesuffix("_ln")
        options = layer_options(placement, variant.activation)

        def final_norm():
            return nn.LayerNorm(D_MODEL, eps=NORM_EPS) if placement == "pre" else None

        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**options), ENCODER_LAYERS, norm=final_norm(), enable_nested_tensor=False
        )
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**options), DECODER_LAYERS, norm=final_norm())
        tables = ["embedding"] if variant.tied_embeddings == "all" else [
            "source_embedding", "target_embedding", "output_projection"
        ]
        self.tables = nn.ParameterDict({name: nn.Parameter(torch.empty(VOCAB_SIZE, D_MODEL)) for name in tables})
        self.positions = nn.ParameterDict()
        if variant.positions == "learned":
            for name in ("source_positions", "target_positions"):
                self.positions[name] = nn.Parameter(torch.empty(MAX_POSITIONS, D_MODEL))

    def views(self, part: parameters.Part) -> parameters.Views:
        views = {f"{name}.weight": part(table) for name, table in {**self.tables, **self.positions}.items()}
        for stack_name, stack, name_layer in (
            ("encoder", self.encoder, parameters.encoder_layer),
            ("decoder", self.decoder, parameters.decoder_layer),
        ):
            for index, layer in enumerate(stack.layers):
                for name, view in name_layer(layer, part).items():
                    views[f"{stack_name}.layers.{index}.{name}"] = view
            if stack.norm is not None:
                views.update(parameters.weight_and_bias(f"{stack_name}.norm", stack.norm, part))
        return views

    def table(self, name: str) -> Tensor:
        return self.tables[name] if name in self.tables else self.tables["embedding"]

    def embed(self, side: str, ids: Tensor) -> Tensor:
        length = ids.shape[1]
        learned = f"{side}_positions"
        positions = self.positions[learned][:length] if learned in self.positions else sinusoids(length)
        return F.embedding(ids, self.table(f"{side}_embedding")) * math.sqrt(D_MODEL) + positions

    def encode(self, source_ids: Tensor, source_is_real: Tensor) -> Tensor:
        return self.encoder(self.embed("source", source_ids), src_key_padding_mask=~source_is_real)

    def decode(self, target_ids: Tensor, target_is_real: Tensor, memory: Tensor, memory_is_real: Tensor) -> Tensor:
        """Logits [sequences, longest target, vocabulary]."""
        hidden = self.decoder(
            self.embed("target", target_ids),
            memory,
            tgt_mask=causal_mask(target_ids.shape[1]),
            tgt_key_padding_mask=~target_is_real,
            memory_key_padding_mask=~memory_is_real,
        )
        return hidden @ self.table("output_projection").T


def pad_ids(packed: Tensor, lengths: Sequence[int]) -> Tensor:
    # Padding carries a real id, so that a leak from padding would show.
    return pad(packed, lengths, torch.full((len(lengths), max(lengths)), VOCAB_SIZE - 1))


def random_words(rng: np.random.Generator, counts: Sequence[int]) -> List[np.ndarray]:
    return [rng.integers(FIRST_WORD_ID, VOCAB_SIZE, count) for count in counts]


def make_searchable(views: parameters.Views) -> None:
    """Peaked predictions that depend on source and position, and sentences that end: beam search needs choices."""
    for name, view in views.items():
        if name.endswith(("embedding.weight", "output_projection.weight")):
            view *= 2
        elif name.endswith(("positions.weight", "cross_attention.out.weight")):
            view *= 3
    if "output_projection.weight" in views:
        # The bias of the last norm is in every hidden state: this adds to every logit of the end of sentence.
        bias = views["decoder.norm.bias"]
        views["output_projection.weight"][EOS_ID] += EOS_LOGIT * bias / bias.dot(bias)


def record_variant(variant: Variant) -> Dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    model = Translator(variant)
    views = model.views(parameters.value)
    parameters.fill_at_random(views, rng)
    make_searchable(views)

    source = [np.append(words, EOS_ID) for words in random_words(rng, SOURCE_WORDS)]
    target_words = random_words(rng, TARGET_WORDS)
    target_input = [np.insert(words, 0, BOS_ID) for words in target_words]
    target_output = [np.append(words, EOS_ID) for words in target_words]
    source_lengths, target_lengths = [[len(ids) for ids in side] for side in (source, target_input)]
    packed = {
        "source_ids": np.concatenate(source),
        "source_offsets": offsets_of(source_lengths),
        "target_input_ids": np.concatenate(target_input),
        "target_output_ids": np.concatenate(target_output),
        "target_offsets": offsets_of(target_lengths),
    }

    source_is_real, target_is_real = is_real(source_lengths), is_real(target_lengths)
    memory = model.encode(pad_ids(torch.from_numpy(packed["source_ids"]), source_lengths), source_is_real)
    target_ids = pad_ids(torch.from_numpy(packed["target_input_ids"]), target_lengths)
    logits = unpad(model.decode(target_ids, target_is_real, memory, source_is_real), target_lengths)
    gold = torch.from_numpy(packed["target_output_ids"])
    loss_sum = F.cross_entropy(logits, gold, label_smoothing=LABEL_SMOOTHING, reduction="sum")
    nll_sum = F.cross_entropy(logits, gold, reduction="sum")
    loss_sum.backward()
    return {
        **parameters.as_arrays(views),
        **packed,
        **parameters.as_arrays({"logits": logits, "loss_sum": loss_sum, "nll_sum": nll_sum}),
        **parameters.as_arrays(model.views(parameters.gradient), "grad."),
    }


def compute() -> dict:
    """{file stem: (tensors, metadata)}"""
    fixed = {
        "encoder_layers": ENCODER_LAYERS,
        "decoder_layers": DECODER_LAYERS,
        "d_model": D_MODEL,
        "num_heads": NUM_HEADS,
        "d_ff": D_FF,
        "norm_eps": NORM_EPS,
        "vocab_size": VOCAB_SIZE,
        "max_positions": MAX_POSITIONS,
        "label_smoothing": LABEL_SMOOTHING,
        "bos_id": BOS_ID,
        "eos_id": EOS_ID,
    }
    return {
        stem: (record_variant(variant), {key: str(value) for key, value in {**asdict(variant), **fixed}.items()})
        for stem, variant in VARIANTS.items()
    }
