// Which configurations have a published architecture, and config.json both ways.
#include "prenorm/huggingface/architecture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "huggingface/small_models.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "prenorm/huggingface/config_json.h"

namespace prenorm::huggingface {
namespace {

using test::small_models;
using test::TemporaryFolder;
using ::testing::HasSubstr;

TaskKind task_of(const Architecture& a) {
  if (a.type == ModelType::kMarian) return TaskKind::kTranslation;
  if (a.type == ModelType::kGpt2) return TaskKind::kCausalLm;
  return a.classes > 0 ? TaskKind::kClassification : TaskKind::kMaskedLm;
}

Config config_of(const Architecture& a) {
  Config config;
  config.task = task_of(a);
  config.model = a.model;
  config.masked_lm.next_sentence = a.next_sentence;
  return config;
}

std::string model_text(const Architecture& a) { return to_toml(config_of(a)); }

TEST(Architecture, FollowsFromTheConfiguration) {
  for (const auto& [name, a] : small_models()) {
    SCOPED_TRACE(name);
    const Architecture found = architecture_of(config_of(a), a.vocabulary, a.ids, a.classes);
    EXPECT_EQ(found.type, a.type);
    EXPECT_EQ(found.masked_lm, a.masked_lm);
    EXPECT_EQ(found.next_sentence, a.next_sentence);
    EXPECT_EQ(found.classes, a.classes);
  }
}

std::string refusal(const std::string& model, const std::string& change) {
  for (const auto& [name, a] : small_models()) {
    if (name != model) continue;
    const std::vector<std::string> overrides{change};
    const Config config = load_config_text(to_toml(config_of(a)), "x", overrides).config;
    try {
      architecture_of(config, a.vocabulary, a.ids, a.classes);
    } catch (const UsageError& error) {
      return error.what();
    }
  }
  return "nothing was thrown";
}

TEST(Architecture, WhatHasNoPlaceInOneIsRefusedByItsKey) {
  constexpr std::string_view kFormat = "{} = {} cannot be exported as model_type {}: it needs {}";
  EXPECT_EQ(refusal("bert", "model.norm=rms_norm"),
            fmt::format(kFormat, "model.norm", "\"rms_norm\"", "bert", "\"layer_norm\""));
  EXPECT_EQ(refusal("bert", "model.norm_placement=deepnorm"),
            fmt::format(kFormat, "model.norm_placement", "\"deepnorm\"", "bert", "\"post_ln\" or \"pre_ln\""));
  EXPECT_EQ(refusal("gpt2", "model.norm_placement=sandwich_ln"),
            fmt::format(kFormat, "model.norm_placement", "\"sandwich_ln\"", "gpt2", "\"pre_ln\""));
  const std::vector<std::pair<std::string, std::string>> others{
      {"bert", "model.norm_affine=false"},
      {"bert", "model.norm_placement=none"},
      {"gpt2", "model.norm_placement=none"},
      {"gpt2", "model.attention=e_spa"},
      {"gpt2", "model.attention_skip=0"},
      {"gpt2", "model.attention_gain=0.5"},
      {"bert", "model.feed_forward_skip=0"},
      {"bert", "model.feed_forward_gain=0.5"},
      {"bert", "model.activation=tat_relu"},
      {"bert", "model.embedding_norm=false"},
      {"bert", "model.positions=sinusoidal"},
      {"bert", "model.scale_embeddings=true"},
      {"bert", "model.tied_embeddings=none"},
      {"megatron_bert", "model.norm_placement=admin"},
      {"megatron_bert", "model.norm_placement=pre_ln_no_final"},
      {"megatron_bert", "model.embedding_norm=true"},  // roberta-prelayernorm then, which needs padding
      {"roberta_prelayernorm", "model.activation=relu"},
      {"roberta_prelayernorm", "masked_lm.next_sentence=true"},
      {"gpt2", "model.norm_placement=post_ln"},
      {"gpt2", "model.embedding_norm=true"},
      {"gpt2", "model.tied_embeddings=none"},
      {"gpt2", "model.positions=sinusoidal"},
      {"marian", "model.norm_placement=pre_ln"},
      {"marian", "model.positions=learned"},
      {"marian", "model.tied_embeddings=target"},
      {"marian", "model.norm_eps=1e-6"},
  };
  for (const auto& [model, change] : others) {
    const std::string key = change.substr(0, change.find('='));
    EXPECT_TRUE(refusal(model, change).starts_with(key + " = "))
        << model << " " << change << ": " << refusal(model, change);
  }
}

class ConfigJson : public ::testing::Test {
 protected:
  Architecture read(const std::string& text) {
    write_file_atomically(path_, text);
    return read_config_json(path_);
  }
  std::string refusal(const std::string& text) {
    try {
      read(text);
      return "nothing was thrown";
    } catch (const DataError& error) {
      return error.what();
    }
  }
  static nlohmann::json bert() { return to_config_json(small_models()[0].architecture); }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "config.json";
};

TEST_F(ConfigJson, ReadsBackWhatIsWritten) {
  for (auto [name, a] : small_models()) {
    SCOPED_TRACE(name);
    Architecture read_back = read(to_config_json(a).dump());
    EXPECT_EQ(read_back.type, a.type);
    EXPECT_EQ(read_back.vocabulary, a.vocabulary);
    EXPECT_EQ(read_back.masked_lm, a.masked_lm);
    EXPECT_EQ(read_back.next_sentence, a.next_sentence);
    EXPECT_EQ(read_back.classes, a.classes);
    if (a.model.segments == 0 && a.is_encoder()) a.model.segments = 1;  // which of them it is, the table tells
    // What is of no meaning for this architecture, or is not part of config.json.
    ModelConfig& m = read_back.model;
    if (a.is_encoder()) m.decoder_layers = a.model.decoder_layers;
    if (a.type == ModelType::kGpt2) m.encoder_layers = a.model.encoder_layers;
    m.init = a.model.init;
    m.init_depth_scaled = a.model.init_depth_scaled;
    EXPECT_EQ(model_text(read_back), model_text(a));
  }
}

// https://huggingface.co/docs/transformers: the published GPT-2 and BERT.
TEST(ConfigWriter, ClassesHaveTheirNamesWhereTheyAreKnown) {
  Architecture a;
  a.classes = 2;
  EXPECT_EQ(to_config_json(a)["id2label"]["1"], "LABEL_1");
  a.class_names = {"entailment", "not_entailment"};
  EXPECT_EQ(to_config_json(a)["id2label"]["1"], "not_entailment");
  EXPECT_EQ(to_config_json(a)["label2id"]["entailment"], 0);
}

TEST_F(ConfigJson, ReadsPublishedOnes) {
  const Architecture gpt2 = read(R"({"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12,
    "n_positions": 1024, "resid_pdrop": 0.1, "summary_activation": null, "vocab_size": 50257})");
  EXPECT_EQ(gpt2.type, ModelType::kGpt2);
  EXPECT_EQ(gpt2.model.d_ff, 3072);
  EXPECT_EQ(gpt2.model.activation, Activation::kGeluTanh);
  const Architecture bert = read(R"({"architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.1,
    "gradient_checkpointing": false, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768,
    "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
    "model_type": "bert", "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 0,
    "position_embedding_type": "absolute", "type_vocab_size": 2, "use_cache": true, "vocab_size": 30522})");
  EXPECT_EQ(bert.model.norm_placement, NormPlacement::kPostLn);
  EXPECT_TRUE(bert.model.embedding_norm);
  EXPECT_EQ(bert.model.norm_eps, 1e-12);
  EXPECT_EQ(bert.model.segments, 2);
}

TEST_F(ConfigJson, WhatIsWrongIsNamed) {
  EXPECT_EQ(refusal("{"), path_.string() + ": is not a JSON object");
  EXPECT_EQ(refusal("{}"), path_.string() + ": model_type is missing");
  EXPECT_EQ(refusal(R"({"model_type": "llama"})"),
            path_.string() +
                ": model_type \"llama\" is not supported; supported are bert, megatron-bert, "
                "roberta-prelayernorm, gpt2, marian");
  const auto changed = [&](const char* key, const nlohmann::json& value) {
    nlohmann::json json = bert();
    json[key] = value;
    return refusal(json.dump());
  };
  EXPECT_EQ(changed("hidden_size", "12"),
            path_.string() + ": hidden_size is missing or wrong, expected a whole number from -1 to 1000000000000");
  EXPECT_EQ(changed("hidden_size", nullptr), path_.string() + ": hidden_size is missing");
  EXPECT_EQ(changed("hidden_act", "silu"), path_.string() +
                                               ": hidden_act = \"\\\"silu\\\"\" is not supported; "
                                               "expected relu, gelu or gelu_new");
  for (const auto& [key, value] :
       std::vector<std::pair<const char*, nlohmann::json>>{{"position_embedding_type", "relative_key"},
                                                           {"is_decoder", true},
                                                           {"architectures", {"BertModel"}},
                                                           {"architectures", 3},
                                                           {"architectures", {3}},
                                                           {"num_hidden_layers", 1000000000},
                                                           {"num_attention_heads", 5},
                                                           {"num_attention_heads", 0},
                                                           {"hidden_size", -1},
                                                           {"hidden_size", 9223372036854775807},
                                                           {"hidden_size", 18446744073709551615ULL},
                                                           {"vocab_size", 0},
                                                           {"pad_token_id", 17},
                                                           {"pad_token_id", 9223372036854775807},
                                                           {"layer_norm_eps", "x"},
                                                           {"hidden_dropout_prob", 2}})
    EXPECT_THAT(changed(key, value), ::testing::StartsWith(path_.string() + ": ")) << key << " " << value;
}

}  // namespace
}  // namespace prenorm::huggingface
