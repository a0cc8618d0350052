// What is exported, computed by an implementation of the published architectures that shares nothing with ours
// (published_models.py, from PyTorch's own layers): the same logits to 1e-5.
#include <ATen/ops/softmax.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "command_output.h"
#include "files/temporary_folder.h"
#include "huggingface/small_models.h"
#include "prenorm/files/file.h"
#include "prenorm/huggingface/config_json.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/models/bert.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/models/translator.h"

namespace prenorm::huggingface {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

constexpr const char* kPython = "/usr/bin/python3";

batches::PackedSide packed(const std::vector<std::vector<std::int64_t>>& sequences) {
  batches::PackedSide side;
  for (const auto& sequence : sequences) {
    side.ids.insert(side.ids.end(), sequence.begin(), sequence.end());
    side.end_sequence();
  }
  return side;
}

// One token, a few, and as many as there are positions.
batches::PackedSide target() { return packed({{1}, {1, 5, 16, 4, 9, 2}, {3, 3, 7, 8, 9, 10, 11, 12, 13, 14}}); }
batches::PackedSide source() { return packed({{4, 2}, {6, 7, 8, 9, 10, 11, 12, 15, 13, 2}, {2}}); }

void take(const nn::Parameters& from, const nn::Parameters& to) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : to.list()) at::Tensor(p.value).copy_(from.at(p.name));
}

io::NamedTensors encoder_logits(const Architecture& a, const nn::Parameters& parameters) {
  models::Bert model(a.model, a.vocabulary, {a.masked_lm, a.next_sentence, a.classes}, 1);
  take(parameters, model.parameters());
  batches::TextBatch batch;
  batch.tokens = target();
  for (std::int64_t i = 0; a.model.segments > 0 && i < batch.tokens.tokens(); ++i) batch.segments.push_back(i % 3 == 0);
  const nn::Context context;
  const at::Tensor states = model.states(batch, context);
  io::NamedTensors logits;
  if (!batch.segments.empty()) logits.emplace_back("segments", testing::integer_tensor(batch.segments));
  if (a.masked_lm) logits.emplace_back("logits.masked_lm", model.masked_lm_logits(states, batch));
  if (a.next_sentence) logits.emplace_back("logits.next_sentence", model.next_sentence_logits(states, batch));
  if (a.classes > 0) logits.emplace_back("logits.classes", model.outputs(states, batch, context));
  return logits;
}

io::NamedTensors decoder_logits(const Architecture& a, const nn::Parameters& parameters) {
  models::CausalLm model(a.model, a.vocabulary, 1);
  take(parameters, model.parameters());
  batches::TextBatch batch;
  batch.tokens = target();
  return {{"logits.next_token", model.logits(batch, {})}};
}

io::NamedTensors translator_logits(const Architecture& a, const nn::Parameters& parameters) {
  models::Translator model(a.model, a.vocabulary, a.vocabulary, 1);
  take(parameters, model.parameters());
  batches::Batch batch;
  batch.source = source();
  batch.target_input = target();
  return {{"logits.next_token", model.logits(batch, {})},
          {"source_ids", testing::integer_tensor(batch.source.ids)},
          {"source_offsets", testing::integer_tensor(batch.source.offsets)}};
}

void write_case(const fs::path& folder, const Architecture& a) {
  fs::create_directory(folder);
  const Layout layout = layout_of(a);
  const nn::Parameters parameters = empty_parameters(layout);
  test::randomize(parameters, 11);
  io::write_safetensors(folder / "model.safetensors", to_theirs(layout, parameters));
  write_file_atomically(folder / "config.json", to_config_json(a).dump());
  io::NamedTensors expected = a.type == ModelType::kGpt2     ? decoder_logits(a, parameters)
                              : a.type == ModelType::kMarian ? translator_logits(a, parameters)
                                                             : encoder_logits(a, parameters);
  expected.emplace_back("ids", testing::integer_tensor(target().ids));
  expected.emplace_back("offsets", testing::integer_tensor(target().offsets));
  io::write_safetensors(folder / "expected.safetensors", expected);
}

using Differences = std::map<std::string, std::map<std::string, double>>;

Differences differences(const fs::path& folder) {
  const std::string command =
      fmt::format("{} '{}/huggingface/published_models.py' '{}'", kPython, PRENORM_TEST_DIR, folder.string());
  const std::string text = test::output_of(command);
  Differences result;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const auto line = nlohmann::json::parse(text.substr(at, end - at));
    result[line["name"]] = line["differences"].get<std::map<std::string, double>>();
  }
  return result;
}

TEST(SlowPublishedModels, GiveTheSameLogits) {
  if (std::system(fmt::format("{} -c 'import torch' 2>/dev/null", kPython).c_str()) != 0)
    GTEST_SKIP() << kPython << " cannot import torch, which the independent models are made of";
  const TemporaryFolder folder;
  const std::vector<test::SmallModel> models = test::small_models();
  for (const auto& [name, architecture] : models) write_case(folder / name, architecture);
  // A model that says another activation than it was computed with: the comparison can fail.
  write_case(folder / "another", models.back().architecture);
  Architecture another = models.back().architecture;
  another.model.activation = Activation::kGelu;
  write_file_atomically(folder / "another" / "config.json", to_config_json(another).dump());

  const Differences found = differences(folder.path());
  ASSERT_EQ(found.size(), models.size() + 1);
  for (const auto& [name, kinds] : found)
    for (const auto& [kind, difference] : kinds) {
      if (name == "another") {
        EXPECT_GT(difference, 1e-2);
      } else {
        EXPECT_LT(difference, 1e-5) << name << " " << kind;
        RecordProperty(name + "_" + kind, fmt::format("{:.1e}", difference));
      }
    }
  EXPECT_EQ(found.at("bert_next_sentence").size(), 2U);
}

}  // namespace
}  // namespace prenorm::huggingface
