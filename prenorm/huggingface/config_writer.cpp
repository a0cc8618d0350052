#include <nlohmann/json.hpp>

#include "prenorm/huggingface/config_json.h"

namespace prenorm::huggingface {
namespace {

nlohmann::ordered_json id_or_null(std::int64_t id) {
  return id >= 0 ? nlohmann::ordered_json(id) : nlohmann::ordered_json(nullptr);
}

// A number, or a list if there are several.
nlohmann::ordered_json end_of_text(const Architecture& a) {
  if (a.end_ids.empty()) return id_or_null(a.ids.end);
  return a.end_ids.size() == 1 ? nlohmann::ordered_json(a.end_ids.front()) : nlohmann::ordered_json(a.end_ids);
}

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::kRelu: return "relu";
    case Activation::kGelu: return "gelu";
    case Activation::kGeluTanh: return "gelu_new";
    case Activation::kTatRelu: break;  // architecture_of rejects it
  }
  return "";
}

std::string class_name(const Architecture& a) {
  if (a.type == ModelType::kGpt2) return "GPT2LMHeadModel";
  if (a.type == ModelType::kMarian) return "MarianMTModel";
  const std::string start = a.type == ModelType::kBert           ? "Bert"
                            : a.type == ModelType::kMegatronBert ? "MegatronBert"
                                                                 : "RobertaPreLayerNorm";
  return start + (a.classes > 0 ? "ForSequenceClassification" : a.next_sentence ? "ForPreTraining" : "ForMaskedLM");
}

nlohmann::ordered_json encoder_json(const Architecture& a) {
  const ModelConfig& m = a.model;
  nlohmann::ordered_json json{{"vocab_size", a.vocabulary},
                              {"hidden_size", m.d_model},
                              {"num_hidden_layers", m.encoder_layers},
                              {"num_attention_heads", m.num_heads},
                              {"intermediate_size", m.d_ff},
                              {"hidden_act", activation_name(m.activation)},
                              {"hidden_dropout_prob", m.dropout},
                              {"attention_probs_dropout_prob", m.attention_dropout},
                              {"max_position_embeddings", m.max_positions + a.unused_positions()},
                              {"type_vocab_size", std::max<std::int64_t>(1, m.segments)},
                              {"initializer_range", m.init_std},
                              {"layer_norm_eps", m.norm_eps},
                              {"position_embedding_type", "absolute"},
                              {"pad_token_id", id_or_null(a.ids.pad)},
                              {"bos_token_id", id_or_null(a.ids.begin)},
                              {"eos_token_id", id_or_null(a.ids.end)}};
  if (a.classes == 0) return json;
  const bool named = a.classes == std::ssize(a.class_names);
  for (std::int64_t i = 0; i < a.classes; ++i) {
    const std::string label = named ? a.class_names[static_cast<std::size_t>(i)] : "LABEL_" + std::to_string(i);
    json["id2label"][std::to_string(i)] = label;
    json["label2id"][label] = i;
  }
  json["problem_type"] = a.classes == 1 ? "regression" : "single_label_classification";
  return json;
}

nlohmann::ordered_json decoder_json(const Architecture& a) {
  const ModelConfig& m = a.model;
  return {{"vocab_size", a.vocabulary},
          {"n_positions", m.max_positions},
          {"n_embd", m.d_model},
          {"n_layer", m.decoder_layers},
          {"n_head", m.num_heads},
          {"n_inner", m.d_ff},
          {"activation_function", activation_name(m.activation)},
          {"resid_pdrop", m.dropout},
          {"embd_pdrop", m.dropout},
          {"attn_pdrop", m.attention_dropout},
          {"layer_norm_epsilon", m.norm_eps},
          {"initializer_range", m.init_std},
          {"scale_attn_weights", true},
          {"scale_attn_by_inverse_layer_idx", false},
          {"bos_token_id", id_or_null(a.ids.begin)},
          {"eos_token_id", end_of_text(a)},
          {"pad_token_id", id_or_null(a.ids.pad)}};
}

nlohmann::ordered_json translator_json(const Architecture& a) {
  const ModelConfig& m = a.model;
  return {{"vocab_size", a.vocabulary},
          {"decoder_vocab_size", a.vocabulary},
          {"share_encoder_decoder_embeddings", true},
          {"d_model", m.d_model},
          {"encoder_layers", m.encoder_layers},
          {"decoder_layers", m.decoder_layers},
          {"encoder_attention_heads", m.num_heads},
          {"decoder_attention_heads", m.num_heads},
          {"encoder_ffn_dim", m.d_ff},
          {"decoder_ffn_dim", m.d_ff},
          {"activation_function", activation_name(m.activation)},
          {"dropout", m.dropout},
          {"attention_dropout", m.attention_dropout},
          {"activation_dropout", m.activation_dropout},
          {"max_position_embeddings", m.max_positions},
          {"static_position_embeddings", true},
          {"scale_embedding", m.scale_embeddings},
          {"normalize_before", false},
          {"normalize_embedding", false},
          {"add_final_layer_norm", false},
          {"init_std", m.init_std},
          {"is_encoder_decoder", true},
          {"bos_token_id", id_or_null(a.ids.begin)},
          {"eos_token_id", a.ids.end},
          {"forced_eos_token_id", a.ids.end},
          // transformers shifts and pads with it; end of sentence is not otherwise used for that.
          {"pad_token_id", a.ids.pad >= 0 ? a.ids.pad : a.ids.end},
          {"decoder_start_token_id", a.ids.decoder_start}};
}

}  // namespace

nlohmann::ordered_json to_config_json(const Architecture& a) {
  nlohmann::ordered_json json{
      {"model_type", enum_name(a.type)}, {"architectures", {class_name(a)}}, {"torch_dtype", "float32"}};
  json["tie_word_embeddings"] = true;
  json.update(a.type == ModelType::kGpt2     ? decoder_json(a)
              : a.type == ModelType::kMarian ? translator_json(a)
                                             : encoder_json(a));
  return json;
}

nlohmann::ordered_json to_generation_json(const Architecture& a, const DecodeConfig& decode) {
  nlohmann::ordered_json json{{"bos_token_id", id_or_null(a.ids.begin)},
                              {"eos_token_id", end_of_text(a)},
                              {"pad_token_id", a.ids.pad >= 0 ? a.ids.pad : a.ids.end}};
  if (a.type == ModelType::kGpt2) return json;
  json.update({{"decoder_start_token_id", a.ids.decoder_start},
               {"forced_eos_token_id", a.ids.end},
               {"num_beams", decode.beam},
               {"length_penalty", decode.length_penalty},
               {"max_length", a.model.max_positions}});
  return json;
}

}  // namespace prenorm::huggingface
