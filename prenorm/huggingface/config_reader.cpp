#include <fmt/ranges.h>

#include <optional>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/text.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/json_file.h"
#include "prenorm/huggingface/config_json.h"

namespace prenorm::huggingface {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargest = 1'000'000'000'000;  // sums and products of a few such numbers do not overflow

// The keys of one config.json; null counts as missing, as in transformers.
class ConfigKeys {
 public:
  explicit ConfigKeys(const fs::path& path) : path_(path), json_(read_json(path)) {
    if (!json_.is_object()) throw_error<DataError>("{}: is not a JSON object", path.string());
  }

  template <class... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    throw_error<DataError>("{}: {}", path_.string(), fmt::format(format, std::forward<Args>(args)...));
  }

  const nlohmann::json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  std::int64_t integer(const char* key, std::optional<std::int64_t> otherwise = {}) const {
    return number_of<std::int64_t>(key, otherwise, [&](const nlohmann::json& found) {
      return whole_number(found, key, {-1, kLargest});
    });
  }
  // An id or a list of ids; empty if the key is missing or -1.
  std::vector<std::int64_t> ids(const char* key) const {
    const nlohmann::json* found = find(key);
    if (found == nullptr) return {};
    std::vector<std::int64_t> list;
    for (const nlohmann::json& id : found->is_array() ? *found : nlohmann::json::array({*found})) {
      if (!id.is_number_integer()) refuse("{} is neither a whole number nor a list of them", key);
      const auto value = id.get<std::int64_t>();
      if (value < -1 || value > kLargest) refuse("{} = {} cannot be", key, value);
      if (value >= 0) list.push_back(value);
    }
    return list;
  }
  double number(const char* key, std::optional<double> otherwise = {}) const {
    return number_of<double>(key, otherwise, [&](const nlohmann::json& found) { return real_number(found, key); });
  }
  bool flag(const char* key, bool otherwise) const {
    return value<bool>(key, &nlohmann::json::is_boolean, "true or false", std::optional(otherwise));
  }
  std::string text(const char* key, const std::optional<std::string>& otherwise = {}) const {
    return value<std::string>(key, &nlohmann::json::is_string, "text", otherwise);
  }
  // Checks an option for which only one value is supported.
  void need(bool holds, const char* key, std::string_view needed) const {
    if (!holds) {
      refuse(
          "{} = {} is not supported; expected {}", key,
          quote_short(json_.contains(key) ? json_.at(key).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)
                                          : "(default)"),
          needed);
    }
  }

 private:
  template <class T, class Read>
  T number_of(const char* key, const std::optional<T>& otherwise, const Read& read) const {
    const nlohmann::json* found = find(key);
    if (found == nullptr && otherwise) return *otherwise;
    if (found == nullptr) refuse("{} is missing", key);
    try {
      return read(*found);
    } catch (const JsonError& error) {
      refuse("{}", error.what());
    }
  }
  template <class T, class Is>
  T value(const char* key, Is is, const char* kind, const std::optional<T>& otherwise) const {
    const nlohmann::json* found = find(key);
    if (found == nullptr && otherwise) return *otherwise;
    if (found == nullptr) refuse("{} is missing", key);
    if (!(found->*is)()) refuse("{} is not {}", key, kind);
    return found->get<T>();
  }

  fs::path path_;
  nlohmann::json json_;
};

ModelType model_type(const ConfigKeys& keys) {
  const std::string name = keys.text("model_type");
  std::vector<std::string_view> known;
  for (const auto& [type, its_name] : EnumNames<ModelType>::values) {
    if (name == its_name) return type;
    known.push_back(its_name);
  }
  keys.refuse("model_type {} is not supported; supported are {}", quote_short(name), fmt::join(known, ", "));
}

Activation activation(const ConfigKeys& keys, const char* key, const char* otherwise) {
  const std::string name = keys.text(key, otherwise);
  if (name == "relu") return Activation::kRelu;
  if (name == "gelu") return Activation::kGelu;
  keys.need(name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast", key, "relu, gelu or gelu_new");
  return Activation::kGeluTanh;
}

SpecialIds special_ids_of(const ConfigKeys& keys) {
  const std::vector<std::int64_t> ends = keys.ids("eos_token_id");
  return {.begin = keys.integer("bos_token_id", -1),
          .end = ends.empty() ? -1 : ends.front(),
          .pad = keys.integer("pad_token_id", -1),
          .decoder_start = keys.integer("decoder_start_token_id", -1)};
}

// If both files name some, transformers uses the second.
std::vector<std::int64_t> end_ids(const ConfigKeys& keys, const fs::path& generation) {
  if (is_there(generation))
    if (std::vector<std::int64_t> ids = ConfigKeys(generation).ids("eos_token_id"); !ids.empty()) return ids;
  return keys.ids("eos_token_id");
}

// "MegatronBertForMaskedLM" -> "ForMaskedLM"; empty if there is none.
std::string head_of(const ConfigKeys& keys) {
  const nlohmann::json* list = keys.find("architectures");
  if (list == nullptr || list->empty()) return "";
  if (!list->is_array() || !list->front().is_string()) keys.refuse("architectures is not a list of names");
  const auto name = list->front().get<std::string>();
  const std::size_t start = name.find("For");
  return start == std::string::npos ? name : name.substr(start);
}

std::int64_t labels(const ConfigKeys& keys) {
  const nlohmann::json* names = keys.find("id2label");
  if (names != nullptr && !names->is_object()) keys.refuse("id2label is not a list of names by number");
  return names != nullptr ? std::ssize(*names) : keys.integer("num_labels", 2);
}

void read_encoder(const ConfigKeys& keys, Architecture& a) {
  ModelConfig& m = a.model;
  m.embedding_norm = a.type != ModelType::kMegatronBert;
  if (a.type == ModelType::kRobertaPreLayerNorm) a.ids.pad = keys.integer("pad_token_id", 1);
  m.encoder_layers = keys.integer("num_hidden_layers");
  m.d_model = keys.integer("hidden_size");
  m.d_ff = keys.integer("intermediate_size");
  m.num_heads = keys.integer("num_attention_heads");
  m.activation = activation(keys, "hidden_act", "gelu");
  m.max_positions = keys.integer("max_position_embeddings") - a.unused_positions();
  m.segments = keys.integer("type_vocab_size", 2);
  m.dropout = keys.number("hidden_dropout_prob", 0.1);
  m.attention_dropout = keys.number("attention_probs_dropout_prob", 0.1);
  m.norm_eps = keys.number("layer_norm_eps", 1e-12);
  m.init_std = keys.number("initializer_range", 0.02);
  keys.need(keys.text("position_embedding_type", "absolute") == "absolute", "position_embedding_type", "absolute");
  keys.need(!keys.flag("is_decoder", false), "is_decoder", "false");
  const std::string head = head_of(keys);
  a.masked_lm = head.empty() || head == "ForMaskedLM" || head == "ForPreTraining";
  a.next_sentence = head == "ForPreTraining";
  a.classes = head == "ForSequenceClassification" ? labels(keys) : 0;
  keys.need(a.masked_lm || a.classes > 0, "architectures", "one for masked LM, pre-training or classification");
  keys.need(a.type != ModelType::kRobertaPreLayerNorm || m.activation == Activation::kGelu, "hidden_act", "gelu");
}

void read_decoder(const ConfigKeys& keys, Architecture& a) {
  ModelConfig& m = a.model;
  m.decoder_layers = keys.integer("n_layer");
  m.d_model = keys.integer("n_embd");
  m.d_ff = keys.integer("n_inner", 4 * m.d_model);
  m.num_heads = keys.integer("n_head");
  m.activation = activation(keys, "activation_function", "gelu_new");
  m.max_positions = keys.integer("n_positions");
  m.dropout = keys.number("resid_pdrop", 0.1);
  m.attention_dropout = keys.number("attn_pdrop", 0.1);
  m.norm_eps = keys.number("layer_norm_epsilon", 1e-5);
  m.init_std = keys.number("initializer_range", 0.02);
  m.init_depth_scaled = true;
  keys.need(keys.flag("scale_attn_weights", true), "scale_attn_weights", "true");
  keys.need(!keys.flag("scale_attn_by_inverse_layer_idx", false), "scale_attn_by_inverse_layer_idx", "false");
  keys.need(!keys.flag("add_cross_attention", false), "add_cross_attention", "false");
  keys.need(keys.flag("tie_word_embeddings", true), "tie_word_embeddings", "true");
}

void read_translator(const ConfigKeys& keys, Architecture& a) {
  ModelConfig& m = a.model;
  m.positions = Positions::kSinusoidal;
  m.encoder_layers = keys.integer("encoder_layers");
  m.decoder_layers = keys.integer("decoder_layers");
  m.d_model = keys.integer("d_model");
  m.d_ff = keys.integer("encoder_ffn_dim");
  m.num_heads = keys.integer("encoder_attention_heads");
  m.activation = activation(keys, "activation_function", "gelu");
  m.max_positions = keys.integer("max_position_embeddings", 1024);
  m.scale_embeddings = keys.flag("scale_embedding", false);
  m.dropout = keys.number("dropout", 0.1);
  m.attention_dropout = keys.number("attention_dropout", 0);
  m.activation_dropout = keys.number("activation_dropout", 0);
  m.init_std = keys.number("init_std", 0.02);
  m.norm_eps = 1e-5;
  keys.need(keys.integer("decoder_ffn_dim") == m.d_ff, "decoder_ffn_dim", "that of the encoder");
  keys.need(keys.integer("decoder_attention_heads") == m.num_heads, "decoder_attention_heads", "those of the encoder");
  keys.need(keys.flag("share_encoder_decoder_embeddings", true), "share_encoder_decoder_embeddings", "true");
  keys.need(keys.flag("static_position_embeddings", true), "static_position_embeddings", "true");
  for (const char* key : {"normalize_before", "normalize_embedding", "add_final_layer_norm"})
    keys.need(!keys.flag(key, false), key, "false");
}

// Checks that numbers are within the ranges of our own keys, before anything is created from them.
void check_ranges(const ConfigKeys& keys, const Architecture& a) {
  Config config;
  config.model = a.model;
  try {
    load_config_text(to_toml(config), "[model]");
  } catch (const UsageError& error) {
    keys.refuse("describes an impossible model ({})", error.what());
  }
  if (a.vocabulary < 1 || a.vocabulary > 100'000'000) keys.refuse("vocab_size = {} is impossible", a.vocabulary);
  if (a.classes < 0 || a.classes > 1'000'000) keys.refuse("{} labels are too many", a.classes);
  if (a.model.d_model % a.model.num_heads != 0)
    keys.refuse("the width {} is not a multiple of the heads {}", a.model.d_model, a.model.num_heads);
  if (a.ids.pad >= a.vocabulary) keys.refuse("pad_token_id = {} is outside the vocabulary", a.ids.pad);
}

}  // namespace

Architecture read_config_json(const fs::path& path) {
  const ConfigKeys keys(path);
  Architecture a;
  a.type = model_type(keys);
  a.vocabulary = keys.integer("vocab_size");
  a.ids = special_ids_of(keys);
  a.end_ids = end_ids(keys, path.parent_path() / "generation_config.json");
  a.model.norm_placement = published_placement(a.type);
  a.model.positions = Positions::kLearned;
  a.model.scale_embeddings = false;
  a.model.init = WeightInit::kNormal;
  if (a.type == ModelType::kGpt2)
    read_decoder(keys, a);
  else if (a.type == ModelType::kMarian)
    read_translator(keys, a);
  else
    read_encoder(keys, a);
  check_ranges(keys, a);
  return a;
}

}  // namespace prenorm::huggingface
