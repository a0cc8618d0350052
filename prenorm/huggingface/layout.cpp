#include "prenorm/huggingface/layout.h"

#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include "prenorm/nn/embedding.h"

namespace prenorm::huggingface {
namespace {

class Builder {
 public:
  explicit Builder(const Architecture& a) : a_(a), d_(a.model.d_model), f_(a.model.d_ff) {}

  Layout encoder();
  Layout decoder();
  Layout translator();

 private:
  using Names = std::vector<std::string>;

  void add(std::string ours, std::vector<std::int64_t> shape, Names theirs, Stored stored = {}) {
    layout_.tensors.push_back({std::move(ours), std::move(shape), std::move(theirs), stored});
  }
  // A matrix [out, in] and its bias; theirs is stacked if it has several names.
  void linear(const std::string& ours, std::int64_t out, std::int64_t in, const Names& theirs, Stored stored = {}) {
    Names weights, biases;
    for (const std::string& name : theirs) {
      weights.push_back(name + ".weight");
      biases.push_back(name + ".bias");
    }
    add(ours + ".weight", {out, in}, weights, stored);
    add(ours + ".bias", {out}, biases, {.halved_rows = stored.halved_rows});
  }
  void norm(const std::string& ours, const std::string& theirs, Stored stored = {}) {
    add(ours + ".weight", {d_}, {theirs + ".weight"}, stored);
    add(ours + ".bias", {d_}, {theirs + ".bias"}, stored);
  }
  void zeros(const std::string& theirs, std::int64_t columns) {
    layout_.constants.push_back({theirs, {1, columns}, [columns] { return at::zeros({1, columns}); }});
  }
  void sinusoids(const std::string& theirs) {
    TensorMap table{"", {a_.model.max_positions, d_}, {theirs}, {.halved_columns = true}};
    layout_.constants.push_back({theirs, table.shape, [table = std::move(table)] {
                                   const auto& [length, d] = std::pair(table.shape[0], table.shape[1]);
                                   return table.to_theirs(nn::sinusoidal_positions(length, d, at::kFloat))[0];
                                 }});
  }

  void encoder_layer(std::int64_t i);
  void masked_lm_head();
  void marian_layer(const std::string& stack, std::int64_t i);

  const Architecture& a_;
  std::int64_t d_, f_;
  Layout layout_{};
};

// The LNs are where the placement puts them, and are named accordingly.
void Builder::encoder_layer(std::int64_t i) {
  const std::string ours = fmt::format("encoder.layers.{}.", i);
  const std::string theirs = fmt::format("{}encoder.layer.{}.", layout_.prefix, i);
  const bool post_ln = a_.type == ModelType::kBert, roberta = a_.type == ModelType::kRobertaPreLayerNorm;
  const std::string self = theirs + "attention.self.";
  linear(ours + "self_attention.qkv", 3 * d_, d_, {self + "query", self + "key", self + "value"});
  linear(ours + "self_attention.out", d_, d_, {theirs + "attention.output.dense"});
  norm(ours + "self_attention.norm", theirs + (post_ln   ? "attention.output.LayerNorm"
                                               : roberta ? "attention.LayerNorm"
                                                         : "attention.ln"));
  linear(ours + "feed_forward.up", f_, d_, {theirs + "intermediate.dense"});
  linear(ours + "feed_forward.down", d_, f_, {theirs + "output.dense"});
  norm(ours + "feed_forward.norm", theirs + (post_ln ? "output.LayerNorm" : roberta ? "intermediate.LayerNorm" : "ln"));
}

void Builder::masked_lm_head() {
  const bool roberta = a_.type == ModelType::kRobertaPreLayerNorm;
  const std::string head = roberta ? "lm_head." : "cls.predictions.";
  const std::string transform = roberta ? head : head + "transform.";
  linear("masked_lm.transform", d_, d_, {transform + "dense"});
  norm("masked_lm.norm", transform + (roberta ? "layer_norm" : "LayerNorm"));
  add("masked_lm.output_bias", {a_.vocabulary}, {head + "bias"});
  layout_.aliases.emplace_back(head + "decoder.weight", layout_.prefix + "embeddings.word_embeddings.weight");
  layout_.aliases.emplace_back(head + "decoder.bias", head + "bias");
}

Layout Builder::encoder() {
  const bool roberta = a_.type == ModelType::kRobertaPreLayerNorm;
  layout_.prefix = roberta ? "roberta_prelayernorm." : "bert.";
  const std::string embeddings = layout_.prefix + "embeddings.";
  add("embedding.weight", {a_.vocabulary, d_}, {embeddings + "word_embeddings.weight"});
  add("positions.weight", {a_.model.max_positions, d_}, {embeddings + "position_embeddings.weight"},
      {.rows_before = a_.unused_positions()});
  if (a_.model.segments > 0)
    add("segments.weight", {a_.model.segments, d_}, {embeddings + "token_type_embeddings.weight"});
  else
    zeros(embeddings + "token_type_embeddings.weight", d_);
  if (a_.model.embedding_norm) norm("embedding_norm", embeddings + "LayerNorm");
  for (std::int64_t i = 0; i < a_.model.encoder_layers; ++i) encoder_layer(i);
  if (a_.type != ModelType::kBert) norm("encoder.norm", layout_.prefix + (roberta ? "LayerNorm" : "encoder.ln"));
  if (a_.masked_lm) masked_lm_head();
  if (a_.has_pooler()) linear("pooler", d_, d_, {roberta ? "classifier.dense" : layout_.prefix + "pooler.dense"});
  if (a_.next_sentence) linear("next_sentence", 2, d_, {"cls.seq_relationship"});
  if (a_.classes > 0) linear("classifier", a_.classes, d_, {roberta ? "classifier.out_proj" : "classifier"});
  return layout_;
}

Layout Builder::decoder() {
  layout_.prefix = "transformer.";
  add("embedding.weight", {a_.vocabulary, d_}, {"transformer.wte.weight"});
  add("positions.weight", {a_.model.max_positions, d_}, {"transformer.wpe.weight"});
  const Stored conv1d{.transposed = true};
  for (std::int64_t i = 0; i < a_.model.decoder_layers; ++i) {
    const std::string ours = fmt::format("decoder.layers.{}.", i), theirs = fmt::format("transformer.h.{}.", i);
    linear(ours + "self_attention.qkv", 3 * d_, d_, {theirs + "attn.c_attn"}, conv1d);
    linear(ours + "self_attention.out", d_, d_, {theirs + "attn.c_proj"}, conv1d);
    norm(ours + "self_attention.norm", theirs + "ln_1");
    linear(ours + "feed_forward.up", f_, d_, {theirs + "mlp.c_fc"}, conv1d);
    linear(ours + "feed_forward.down", d_, f_, {theirs + "mlp.c_proj"}, conv1d);
    norm(ours + "feed_forward.norm", theirs + "ln_2");
  }
  norm("decoder.norm", "transformer.ln_f");
  layout_.aliases.emplace_back("lm_head.weight", "transformer.wte.weight");
  return layout_;
}

void Builder::marian_layer(const std::string& stack, std::int64_t i) {
  const Stored reads{.halved_columns = true}, writes{.halved_rows = true};
  const std::string ours = fmt::format("{}.layers.{}.", stack, i),
                    theirs = fmt::format("model.{}.layers.{}.", stack, i);
  const std::string self = theirs + "self_attn.", cross = theirs + "encoder_attn.";
  linear(ours + "self_attention.qkv", 3 * d_, d_, {self + "q_proj", self + "k_proj", self + "v_proj"}, reads);
  linear(ours + "self_attention.out", d_, d_, {self + "out_proj"}, writes);
  norm(ours + "self_attention.norm", theirs + "self_attn_layer_norm", writes);
  if (stack == "decoder") {
    linear(ours + "cross_attention.query", d_, d_, {cross + "q_proj"}, reads);
    linear(ours + "cross_attention.key_value", 2 * d_, d_, {cross + "k_proj", cross + "v_proj"}, reads);
    linear(ours + "cross_attention.out", d_, d_, {cross + "out_proj"}, writes);
    norm(ours + "cross_attention.norm", theirs + "encoder_attn_layer_norm", writes);
  }
  linear(ours + "feed_forward.up", f_, d_, {theirs + "fc1"}, reads);
  linear(ours + "feed_forward.down", d_, f_, {theirs + "fc2"}, writes);
  norm(ours + "feed_forward.norm", theirs + "final_layer_norm", writes);
}

Layout Builder::translator() {
  layout_.prefix = "model.";
  add("embedding.weight", {a_.vocabulary, d_}, {"model.shared.weight"}, {.halved_columns = true});
  for (const std::string stack : {"encoder", "decoder"}) {
    const std::int64_t layers = stack == "encoder" ? a_.model.encoder_layers : a_.model.decoder_layers;
    for (std::int64_t i = 0; i < layers; ++i) marian_layer(stack, i);
    sinusoids("model." + stack + ".embed_positions.weight");
    layout_.aliases.emplace_back("model." + stack + ".embed_tokens.weight", "model.shared.weight");
  }
  zeros("final_logits_bias", a_.vocabulary);
  layout_.aliases.emplace_back("lm_head.weight", "model.shared.weight");
  return layout_;
}

}  // namespace

Layout layout_of(const Architecture& architecture) {
  Builder builder(architecture);
  if (architecture.type == ModelType::kGpt2) return builder.decoder();
  return architecture.type == ModelType::kMarian ? builder.translator() : builder.encoder();
}

}  // namespace prenorm::huggingface
