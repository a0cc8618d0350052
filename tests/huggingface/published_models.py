"""The published architectures from PyTorch's own layers, as an independent check of what is exported.

Nothing here comes from this project's models: each model is put together from its paper and from the names that Hugging
Face's checkpoints have, reads config.json and model.safetensors strictly (no tensor may be missing or left over), and
computes in double precision. For each folder in FOLDER with config.json, model.safetensors and expected.safetensors
(inputs, packed, and the logits this project gets) it prints a line of JSON: the name and the largest difference of each
kind of logits.

Usage: published_models.py FOLDER
"""

import json
import math
import sys
from pathlib import Path

import torch
from torch import nn

DTYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64}


def read_safetensors(path):
    content = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start].decode())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        data = torch.frombuffer(content[start + begin : start + end], dtype=DTYPES[entry["dtype"]])
        tensors[name] = data.reshape(entry["shape"])
    return tensors


ACTIVATIONS = {
    "relu": torch.relu,
    "gelu": lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
}


class Group(nn.Module):
    """Modules by name, of which some are called `self`."""

    def __init__(self, modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)

    def __getitem__(self, name):
        return self._modules[name]


class Conv1D(nn.Module):
    """GPT-2's linear map: its matrix is [in, out]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


def attend(q, k, v, heads, causal=False):
    """[tokens, d] each; Vaswani et al. 2017, equation 1, for each head."""
    split = lambda x: x.view(len(x), heads, -1).transpose(0, 1)
    q, k, v = split(q), split(k), split(v)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[1:]).triu(1).bool(), -math.inf)
    return (scores.softmax(-1) @ v).transpose(0, 1).reshape(q.shape[1], -1)


class BertEncoder(nn.Module):
    """bert (Post-LN), megatron-bert and roberta-prelayernorm (Pre-LN), under the names of their checkpoints."""

    def __init__(self, c):
        super().__init__()
        self.c, self.kind = c, c["model_type"]
        d, f, eps = c["hidden_size"], c["intermediate_size"], c["layer_norm_eps"]
        norm = lambda: nn.LayerNorm(d, eps=eps)
        post, megatron = self.kind == "bert", self.kind == "megatron-bert"
        self.first_position = c["pad_token_id"] + 1 if self.kind == "roberta-prelayernorm" else 0
        embeddings = {
            "word_embeddings": nn.Embedding(c["vocab_size"], d),
            "position_embeddings": nn.Embedding(c["max_position_embeddings"], d),
            "token_type_embeddings": nn.Embedding(c["type_vocab_size"], d),
        }
        if not megatron:
            embeddings["LayerNorm"] = norm()
        self.embeddings = Group(embeddings)

        def layer():
            attention = {
                "self": Group({name: nn.Linear(d, d) for name in ("query", "key", "value")}),
                "output": Group({"dense": nn.Linear(d, d), **({"LayerNorm": norm()} if post else {})}),
            }
            intermediate, output = {"dense": nn.Linear(d, f)}, {"dense": nn.Linear(f, d)}
            parts = {}
            if post:
                output["LayerNorm"] = norm()
            elif megatron:
                attention["ln"] = norm()
                parts["ln"] = norm()
            else:
                attention["LayerNorm"] = norm()
                intermediate["LayerNorm"] = norm()
            parts.update(attention=Group(attention), intermediate=Group(intermediate), output=Group(output))
            return Group(parts)

        encoder = {"layer": nn.ModuleList(layer() for _ in range(c["num_hidden_layers"]))}
        if megatron:
            encoder["ln"] = norm()
        self.encoder = Group(encoder)
        if self.kind == "roberta-prelayernorm":
            self.LayerNorm = norm()

    def forward(self, ids, segments):
        e = self.embeddings
        positions = self.first_position + torch.arange(len(ids))
        x = e["word_embeddings"](ids) + e["position_embeddings"](positions) + e["token_type_embeddings"](segments)
        if self.kind != "megatron-bert":
            x = e["LayerNorm"](x)
        act = ACTIVATIONS[self.c["hidden_act"]]
        for layer in self.encoder["layer"]:
            attention, intermediate, output = layer["attention"], layer["intermediate"], layer["output"]

            def self_attention(h):
                q, k, v = (attention["self"][name](h) for name in ("query", "key", "value"))
                return attention["output"]["dense"](attend(q, k, v, self.c["num_attention_heads"]))

            feed_forward = lambda h: output["dense"](act(intermediate["dense"](h)))
            if self.kind == "bert":
                x = attention["output"]["LayerNorm"](x + self_attention(x))
                x = output["LayerNorm"](x + feed_forward(x))
            elif self.kind == "megatron-bert":
                x = x + self_attention(attention["ln"](x))
                x = x + feed_forward(layer["ln"](x))
            else:
                x = x + self_attention(attention["LayerNorm"](x))
                x = x + feed_forward(intermediate["LayerNorm"](x))
        if self.kind == "megatron-bert":
            return self.encoder["ln"](x)
        return self.LayerNorm(x) if self.kind == "roberta-prelayernorm" else x


class Bert(nn.Module):
    """BertForMaskedLM, BertForPreTraining, BertForSequenceClassification and the same of the relatives."""

    def __init__(self, c):
        super().__init__()
        self.c, self.roberta = c, c["model_type"] == "roberta-prelayernorm"
        d, eps = c["hidden_size"], c["layer_norm_eps"]
        head = c["architectures"][0].split("For")[1]
        self.base = "roberta_prelayernorm" if self.roberta else "bert"
        encoder = BertEncoder(c)
        self.add_module(self.base, encoder)
        norm = lambda: nn.LayerNorm(d, eps=eps)
        self.head = head
        if head == "SequenceClassification":
            labels = len(c["id2label"])
            if self.roberta:
                self.classifier = Group({"dense": nn.Linear(d, d), "out_proj": nn.Linear(d, labels)})
            else:
                encoder.pooler = Group({"dense": nn.Linear(d, d)})
                self.classifier = nn.Linear(d, labels)
            return
        if self.roberta:
            self.lm_head = Group({"dense": nn.Linear(d, d), "layer_norm": norm()})
            self.lm_head.bias = nn.Parameter(torch.empty(c["vocab_size"]))
            return
        predictions = Group({"transform": Group({"dense": nn.Linear(d, d), "LayerNorm": norm()})})
        predictions.bias = nn.Parameter(torch.empty(c["vocab_size"]))
        self.cls = Group({"predictions": predictions})
        if head == "PreTraining":
            encoder.pooler = Group({"dense": nn.Linear(d, d)})
            self.cls.add_module("seq_relationship", nn.Linear(d, 2))

    def forward(self, x):
        encoder = self._modules[self.base]
        h = encoder(x["ids"], x["segments"])
        if self.head == "SequenceClassification":
            if self.roberta:
                return {"classes": self.classifier["out_proj"](torch.tanh(self.classifier["dense"](h[:1])))}
            return {"classes": self.classifier(torch.tanh(encoder.pooler["dense"](h[:1])))}
        if self.roberta:
            t, norm = self.lm_head["dense"](h), self.lm_head["layer_norm"]
            t, bias = norm(ACTIVATIONS["gelu"](t)), self.lm_head.bias
        else:
            transform = self.cls["predictions"]["transform"]
            t = transform["LayerNorm"](ACTIVATIONS[self.c["hidden_act"]](transform["dense"](h)))
            bias = self.cls["predictions"].bias
        logits = {"masked_lm": t @ encoder.embeddings["word_embeddings"].weight.T + bias}
        if self.head == "PreTraining":
            logits["next_sentence"] = self.cls["seq_relationship"](torch.tanh(encoder.pooler["dense"](h[:1])))
        return logits


class Gpt2(nn.Module):
    """GPT2LMHeadModel."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        d, f = c["n_embd"], c["n_inner"] or 4 * c["n_embd"]
        norm = lambda: nn.LayerNorm(d, eps=c["layer_norm_epsilon"])

        def block():
            return Group(
                {
                    "ln_1": norm(),
                    "attn": Group({"c_attn": Conv1D(d, 3 * d), "c_proj": Conv1D(d, d)}),
                    "ln_2": norm(),
                    "mlp": Group({"c_fc": Conv1D(d, f), "c_proj": Conv1D(f, d)}),
                }
            )

        self.transformer = Group(
            {
                "wte": nn.Embedding(c["vocab_size"], d),
                "wpe": nn.Embedding(c["n_positions"], d),
                "h": nn.ModuleList(block() for _ in range(c["n_layer"])),
                "ln_f": norm(),
            }
        )

    def forward(self, x):
        t, act = self.transformer, ACTIVATIONS[self.c["activation_function"]]
        h = t["wte"](x["ids"]) + t["wpe"](torch.arange(len(x["ids"])))
        for block in t["h"]:
            q, k, v = block["attn"]["c_attn"](block["ln_1"](h)).chunk(3, dim=-1)
            h = h + block["attn"]["c_proj"](attend(q, k, v, self.c["n_head"], causal=True))
            h = h + block["mlp"]["c_proj"](act(block["mlp"]["c_fc"](block["ln_2"](h))))
        return {"next_token": t["ln_f"](h) @ t["wte"].weight.T}


class Marian(nn.Module):
    """MarianMTModel."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        d = c["d_model"]
        heads = {"encoder": c["encoder_attention_heads"], "decoder": c["decoder_attention_heads"]}
        attention = lambda: Group({name: nn.Linear(d, d) for name in ("q_proj", "k_proj", "v_proj", "out_proj")})

        def layer(stack):
            f = c[stack + "_ffn_dim"]
            parts = {"self_attn": attention(), "self_attn_layer_norm": nn.LayerNorm(d)}
            if stack == "decoder":
                parts.update(encoder_attn=attention(), encoder_attn_layer_norm=nn.LayerNorm(d))
            parts.update(fc1=nn.Linear(d, f), fc2=nn.Linear(f, d), final_layer_norm=nn.LayerNorm(d))
            return Group(parts)

        self.heads = heads
        self.model = Group({"shared": nn.Embedding(c["vocab_size"], d)})
        for stack in ("encoder", "decoder"):
            layers = nn.ModuleList(layer(stack) for _ in range(c[stack + "_layers"]))
            positions = nn.Embedding(c["max_position_embeddings"], d)
            self.model.add_module(stack, Group({"layers": layers, "embed_positions": positions}))
        self.register_buffer("final_logits_bias", torch.empty(1, c["vocab_size"]))

    def embed(self, ids):
        """Sines in the first half, cosines in the second, computed here: what is stored must be the same."""
        d = self.c["d_model"]
        angles = torch.arange(len(ids), dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, d, 2) / d)
        positions = torch.cat([angles.sin(), angles.cos()], dim=1)
        for stack in ("encoder", "decoder"):
            stored = self.model[stack]["embed_positions"].weight[: len(ids)]
            assert (stored - positions).abs().max() < 1e-6, "stored positions are not the sinusoids"
        scale = math.sqrt(d) if self.c["scale_embedding"] else 1.0
        return self.model["shared"](ids) * scale + positions

    def attention(self, module, x, memory, stack, causal=False):
        q, k, v = module["q_proj"](x), module["k_proj"](memory), module["v_proj"](memory)
        return module["out_proj"](attend(q, k, v, self.heads[stack], causal))

    def run(self, stack, ids, memory=None):
        x, act = self.embed(ids), ACTIVATIONS[self.c["activation_function"]]
        for layer in self.model[stack]["layers"]:
            mixed = self.attention(layer["self_attn"], x, x, stack, causal=stack == "decoder")
            x = layer["self_attn_layer_norm"](x + mixed)
            if stack == "decoder":
                x = layer["encoder_attn_layer_norm"](x + self.attention(layer["encoder_attn"], x, memory, stack))
            x = layer["final_layer_norm"](x + layer["fc2"](act(layer["fc1"](x))))
        return x

    def forward(self, x):
        states = self.run("decoder", x["ids"], self.run("encoder", x["source"]))
        return {"next_token": states @ self.model["shared"].weight.T + self.final_logits_bias}


MODELS = {"gpt2": Gpt2, "marian": Marian}


def sequences(tensors):
    """The packed inputs, one after the other."""
    offsets = tensors["offsets"].tolist()
    source = tensors.get("source_offsets")
    for i, (begin, end) in enumerate(zip(offsets, offsets[1:])):
        x = {"ids": tensors["ids"][begin:end]}
        x["segments"] = tensors["segments"][begin:end] if "segments" in tensors else torch.zeros_like(x["ids"])
        if source is not None:
            x["source"] = tensors["source_ids"][source[i] : source[i + 1]]
        yield x


def compare(folder):
    config = json.loads((folder / "config.json").read_text())
    model = MODELS.get(config["model_type"], Bert)(config)
    model.load_state_dict(read_safetensors(folder / "model.safetensors"), strict=True)
    model.double().eval()
    expected = read_safetensors(folder / "expected.safetensors")
    with torch.no_grad():
        results = [model(x) for x in sequences(expected)]
    kinds = {name[len("logits.") :] for name in expected if name.startswith("logits.")}
    assert kinds == set(results[0]), f"{kinds} are not {set(results[0])}"
    return {
        kind: (torch.cat([r[kind] for r in results]) - expected["logits." + kind].double()).abs().max().item()
        for kind in sorted(kinds)
    }


def main(root):
    for folder in sorted(path for path in Path(root).iterdir() if path.is_dir()):
        print(json.dumps({"name": folder.name, "differences": compare(folder)}))


if __name__ == "__main__":
    main(sys.argv[1])
