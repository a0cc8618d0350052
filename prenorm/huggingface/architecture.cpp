#include "prenorm/huggingface/architecture.h"

#include "prenorm/base/error.h"
#include "prenorm/config/fields.h"
#include "prenorm/config/id_list.h"

namespace prenorm::huggingface {
namespace {

// The requirements of one model type on the configuration.
class Demands {
 public:
  Demands(const Config& config, ModelType type) : config_(config), type_(type) {}

  void need(bool holds, std::string_view key, std::string_view value) const {
    if (holds) return;
    Config config = config_;
    std::string now;
    for (const config::Field& field : config::fields_of(config))
      if (field.key == key) now = config::value_text(field);
    throw_error<UsageError>("{} = {} cannot be exported as model_type {}: it needs {}", key, now, enum_name(type_),
                            value);
  }
  template <class E>
  void need(E value, E needed, std::string_view key) const {
    need(value == needed, key, fmt::format("\"{}\"", enum_name(needed)));
  }

 private:
  const Config& config_;
  ModelType type_;
};

// What no published architecture has.
void check_branches(const ModelConfig& m, const Demands& demands) {
  demands.need(m.attention, AttentionShaping::kPlain, "model.attention");
  demands.need(m.attention_skip == 1, "model.attention_skip", "1");
  demands.need(m.attention_gain == 1, "model.attention_gain", "1");
  demands.need(m.feed_forward_skip == 1, "model.feed_forward_skip", "1");
  demands.need(m.feed_forward_gain == 1, "model.feed_forward_gain", "1");
  demands.need(m.activation != Activation::kTatRelu, "model.activation", R"("relu", "gelu" or "gelu_tanh")");
}

ModelType encoder_type(const ModelConfig& model) {
  if (model.norm_placement != published_placement(ModelType::kMegatronBert)) return ModelType::kBert;
  return model.embedding_norm ? ModelType::kRobertaPreLayerNorm : ModelType::kMegatronBert;
}

ModelType type_of(const Config& config) {
  if (config.task == TaskKind::kTranslation) return ModelType::kMarian;
  return config.task == TaskKind::kCausalLm ? ModelType::kGpt2 : encoder_type(config.model);
}

void need_tied(const ModelConfig& m, const Demands& demands) {
  demands.need(m.tied_embeddings != TiedEmbeddings::kNone, "model.tied_embeddings", "\"all\"");
}

void check_encoder(const Config& config, ModelType type, const SpecialIds& ids, const Demands& demands) {
  const ModelConfig& m = config.model;
  if (config.task == TaskKind::kMaskedLm) need_tied(m, demands);
  if (type == ModelType::kBert) {
    demands.need(m.norm_placement == published_placement(type), "model.norm_placement", "\"post_ln\" or \"pre_ln\"");
    demands.need(m.embedding_norm, "model.embedding_norm", "true");
  }
  if (type == ModelType::kRobertaPreLayerNorm) {
    demands.need(ids.pad >= 0, "model.embedding_norm",
                 "a vocabulary with a padding token, or false (model_type megatron-bert)");
    demands.need(!config.masked_lm.next_sentence, "masked_lm.next_sentence", "false");
    demands.need(m.activation, Activation::kGelu, "model.activation");
  }
  demands.need(m.positions, Positions::kLearned, "model.positions");
  demands.need(!m.scale_embeddings, "model.scale_embeddings", "false");
}

void check_decoder(const Config& config, const Demands& demands) {
  const ModelConfig& m = config.model;
  demands.need(m.norm_placement, published_placement(ModelType::kGpt2), "model.norm_placement");
  demands.need(m.positions, Positions::kLearned, "model.positions");
  demands.need(!m.scale_embeddings, "model.scale_embeddings", "false");
  demands.need(!m.embedding_norm, "model.embedding_norm", "false");
  need_tied(m, demands);
}

void check_translator(const Config& config, const Demands& demands) {
  const ModelConfig& m = config.model;
  demands.need(m.norm_placement, published_placement(ModelType::kMarian), "model.norm_placement");
  demands.need(m.positions, Positions::kSinusoidal, "model.positions");
  demands.need(m.tied_embeddings, TiedEmbeddings::kAll, "model.tied_embeddings");
  demands.need(!m.embedding_norm, "model.embedding_norm", "false");
  demands.need(m.norm_eps == 1e-5, "model.norm_eps", "1e-5");
}

}  // namespace

NormPlacement published_placement(ModelType type) {
  switch (type) {
    case ModelType::kBert:
    case ModelType::kMarian: return NormPlacement::kPostLn;
    case ModelType::kMegatronBert:
    case ModelType::kRobertaPreLayerNorm:
    case ModelType::kGpt2: break;
  }
  return NormPlacement::kPreLn;
}

Architecture architecture_of(const Config& config, std::int64_t vocabulary, const SpecialIds& ids,
                             std::int64_t classes) {
  const ModelType type = type_of(config);
  const Demands demands(config, type);
  demands.need(config.model.norm, NormKind::kLayerNorm, "model.norm");
  demands.need(config.model.norm_affine, "model.norm_affine", "true");
  check_branches(config.model, demands);
  Architecture result{type, config.model, vocabulary, ids};
  if (type == ModelType::kMarian) {
    check_translator(config, demands);
  } else if (type == ModelType::kGpt2) {
    check_decoder(config, demands);
    result.end_ids = config::parse_ids(config.decode.end_ids).value_or(std::vector<std::int64_t>());
  } else {
    check_encoder(config, type, ids, demands);
    result.masked_lm = config.task == TaskKind::kMaskedLm;
    result.next_sentence = result.masked_lm && config.masked_lm.next_sentence;
    result.classes = config.task == TaskKind::kClassification ? classes : 0;
  }
  return result;
}

}  // namespace prenorm::huggingface
