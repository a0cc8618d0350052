"""The encoder-decoder Transformer of docs/model.md in PyTorch: written out, or around torch.nn.Transformer."""

import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from translation_kernels import DirectLinear, FastDropout, MaskedAdd, ProjectedCrossEntropy, StridedAttention


@dataclass
class Shape:
    vocabulary: int
    encoder_layers: int
    decoder_layers: int
    d_model: int
    d_ff: int
    heads: int
    pre_ln: bool
    dropout: float
    label_smoothing: float


@dataclass
class Kernels:
    fast_dropout: bool
    fused_loss: bool
    direct_gradients: bool  # linear layers add to `.grad` themselves, so it must exist
    strided_attention: bool
    loss_chunk: int
    seed: int


def sinusoids(length, d_model):
    """[length, d_model], sine and cosine interleaved."""
    rate = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
    angle = torch.arange(length)[:, None] * rate
    return torch.stack((angle.sin(), angle.cos()), 2).view(length, d_model)


class Linear(nn.Linear):
    direct = False

    def forward(self, x, relu=False):
        if self.direct and torch.is_grad_enabled():
            y = DirectLinear.apply(x.reshape(-1, x.size(-1)), self.weight, self.bias, relu)
            return y.view(*x.shape[:-1], -1)
        y = super().forward(x)
        return F.relu(y, inplace=True) if relu else y


class Attention(nn.Module):
    """Multi-head attention with one batched product over all heads each for scores and sums. One matrix computes
    queries, keys and values (self-attention), or keys and values (cross-attention)."""

    def __init__(self, d_model, heads, cross, strided):
        super().__init__()
        self.heads, self.cross, self.strided = heads, cross, strided
        if cross:
            self.query, self.key_value = Linear(d_model, d_model), Linear(d_model, 2 * d_model)
        else:
            self.qkv = Linear(d_model, 3 * d_model)
        self.out = Linear(d_model, d_model)

    def split(self, x, parts):
        """[rows, length, parts * d_model] -> parts of [rows * heads, length, d_head]"""
        rows, length, width = x.shape
        x = x.view(rows, length, parts, self.heads, width // (parts * self.heads)).permute(2, 0, 3, 1, 4)
        return x.reshape(parts, rows * self.heads, length, -1).unbind(0)

    def forward(self, x, mask, memory=None):
        if self.strided:
            own = self.query(x) if self.cross else self.qkv(x)
            key_value = self.key_value(memory) if self.cross else None
            return self.out(StridedAttention.apply(own, key_value, self.heads, mask))
        if mask is not None:
            mask = mask.repeat_interleave(self.heads, 0) if mask.size(0) > 1 else mask
        if self.cross:
            (query,) = self.split(self.query(x), 1)
            key, value = self.split(self.key_value(memory), 2)
        else:
            query, key, value = self.split(self.qkv(x), 3)
        rows, length, d_model = x.shape
        scale = (d_model // self.heads) ** -0.5
        if mask is None:
            scores = torch.bmm(query * scale, key.transpose(1, 2))
        else:
            scores = torch.baddbmm(mask, query, key.transpose(1, 2), alpha=scale)
        sums = torch.bmm(torch.softmax(scores, -1), value)
        return self.out(sums.view(rows, self.heads, length, -1).transpose(1, 2).reshape(rows, length, d_model))


class Layer(nn.Module):
    def __init__(self, shape, decoder, residual, strided_attention):
        super().__init__()
        d = shape.d_model
        self.self_attention = Attention(d, shape.heads, False, strided_attention)
        self.cross_attention = Attention(d, shape.heads, True, strided_attention) if decoder else None
        self.up, self.down = Linear(d, shape.d_ff), Linear(shape.d_ff, d)
        self.norms = nn.ModuleList(nn.LayerNorm(d) for _ in range(3 if decoder else 2))
        self.residual = residual

    def forward(self, x, mask, memory=None, memory_mask=None):
        x = self.residual(x, self.norms[0], lambda y: self.self_attention(y, mask))
        if self.cross_attention is not None:
            x = self.residual(x, self.norms[1], lambda y: self.cross_attention(y, memory_mask, memory))
        return self.residual(x, self.norms[-1], lambda y: self.down(self.up(y, relu=True)))


class OwnTransformer(nn.Module):
    def __init__(self, shape, residual, strided):
        super().__init__()
        self.encoder = nn.ModuleList(Layer(shape, False, residual, strided) for _ in range(shape.encoder_layers))
        self.decoder = nn.ModuleList(Layer(shape, True, residual, strided) for _ in range(shape.decoder_layers))
        self.ends = nn.ModuleList(nn.LayerNorm(shape.d_model) for _ in range(2 if shape.pre_ln else 0))

    def mask(self, query, key, causal, single):
        """The tensor to add to the scores, [rows or 1, query length, key length], or None. A padded query may attend to
        any key, since its result is not used."""
        if single and causal:  # padding is at the right, hidden from real target positions
            return torch.full((query.ids.size(1),) * 2, -1e9).triu_(1)[None]
        if single and not key.padded:
            return None
        if single:
            hidden = (key.sentence < 0)[:, None, :].expand(-1, query.ids.size(1), -1)
        else:
            hidden = query.sentence[:, :, None] != key.sentence[:, None, :]
            if causal:
                hidden |= torch.ones(hidden.shape[1:], dtype=torch.bool).triu_(1)
        return torch.zeros(hidden.shape).masked_fill_(hidden, -1e9)

    def forward(self, x, y, batch):
        source, target, single = batch.source, batch.target, batch.one_sentence_a_row
        source_mask = self.mask(source, source, False, single)
        for layer in self.encoder:
            x = layer(x, source_mask)
        if self.ends:
            x = self.ends[0](x)
        causal, cross = self.mask(target, target, True, single), self.mask(target, source, False, single)
        for layer in self.decoder:
            y = layer(y, causal, x, cross)
        return self.ends[1](y) if self.ends else y


class LibraryTransformer(nn.Module):
    """torch.nn.Transformer, with dropout and final LayerNorms only where this project's model has them."""

    def __init__(self, shape):
        super().__init__()
        self.transformer = nn.Transformer(
            shape.d_model, shape.heads, shape.encoder_layers, shape.decoder_layers, shape.d_ff, shape.dropout,
            batch_first=True, norm_first=shape.pre_ln,
        )  # fmt: skip
        for stack in (self.transformer.encoder, self.transformer.decoder):
            if not shape.pre_ln:
                stack.norm = None
            for layer in stack.layers:
                layer.dropout.p = layer.self_attn.dropout = 0.0
                if hasattr(layer, "multihead_attn"):
                    layer.multihead_attn.dropout = 0.0

    def forward(self, x, y, batch):
        source_padding = batch.source.sentence < 0 if batch.source.padded else None
        target_padding = batch.target.sentence < 0 if batch.target.padded else None
        causal = torch.ones((y.size(1),) * 2, dtype=torch.bool).triu_(1)
        return self.transformer(
            x, y, tgt_mask=causal, src_key_padding_mask=source_padding, tgt_key_padding_mask=target_padding,
            memory_key_padding_mask=source_padding,
        )  # fmt: skip


class Translator(nn.Module):
    """All embeddings tied, output projection without bias."""

    def __init__(self, shape, library, kernels):
        super().__init__()
        self.shape, self.kernels = shape, kernels
        self.fast = FastDropout(shape.dropout, kernels.seed) if kernels.fast_dropout and shape.dropout > 0 else None
        self.embedding = nn.Embedding(shape.vocabulary, shape.d_model)
        if library:
            self.body = LibraryTransformer(shape)
        else:
            self.body = OwnTransformer(shape, self.residual, kernels.strided_attention)
        self.positions = sinusoids(1024, shape.d_model)
        self.start()

    def start(self):
        """Matrices by Glorot & Bengio 2010 (query, key and value separately), biases 0, embeddings N(0, 1/d_model)."""
        d = self.shape.d_model
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                for block in parameter.data.split(d) if "qkv" in name or "key_value" in name else (parameter.data,):
                    nn.init.xavier_uniform_(block)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        nn.init.normal_(self.embedding.weight, std=d**-0.5)
        for module in self.modules():
            if isinstance(module, Linear):
                module.direct = self.kernels.direct_gradients

    def dropout(self, x):
        if not self.training or self.shape.dropout == 0:
            return x
        return x * self.fast.mask(x.shape) if self.fast else F.dropout(x, self.shape.dropout)

    def residual(self, x, norm, branch):
        """The residual connection around a branch, with its LayerNorm after the addition or before the branch."""
        y = branch(norm(x) if self.shape.pre_ln else x)
        if self.fast and self.training:
            y = MaskedAdd.apply(x, y, self.fast.mask(y.shape))
        else:
            y = x + self.dropout(y)
        return y if self.shape.pre_ln else norm(y)

    def embed(self, side):
        x = self.embedding(side.ids) * math.sqrt(self.shape.d_model)
        if int(side.positions.max()) >= self.positions.size(0):
            self.positions = sinusoids(2 * int(side.positions.max()), self.shape.d_model)
        return self.dropout(x + F.embedding(side.positions, self.positions))

    def forward(self, batch, scale):
        """scale times the sum of the loss over the target tokens of the batch, in nats."""
        states = self.body(self.embed(batch.source), self.embed(batch.target), batch).reshape(-1, self.shape.d_model)
        gold = batch.gold.view(-1)
        if batch.target.padded:  # logits at real positions only
            real = (batch.target.sentence.view(-1) >= 0).nonzero()[:, 0]
            states, gold = states.index_select(0, real), gold.index_select(0, real)
        table, smoothing = self.embedding.weight, self.shape.label_smoothing
        if self.kernels.fused_loss:
            return ProjectedCrossEntropy.apply(states, table, gold, smoothing, scale, self.kernels.loss_chunk)
        return scale * F.cross_entropy(F.linear(states, table), gold, label_smoothing=smoothing, reduction="sum")
