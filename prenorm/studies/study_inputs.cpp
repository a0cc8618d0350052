#include "prenorm/studies/study_inputs.h"

#include <nlohmann/json.hpp>

#include "prenorm/app/pretrained.h"
#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_text.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/json_file.h"
#include "prenorm/text/tokenizer_file.h"

namespace prenorm::studies {
namespace {

// The recorded inputs of a study whose cells have begun; empty if the file does not exist, as in studies of earlier
// versions.
StudyInputs read_inputs(const StudyFolder& folder) {
  if (folder.cells().empty() || !is_there(folder.inputs())) return {};
  const auto json = read_json(folder.inputs());
  StudyInputs inputs;
  if (json.is_object())
    for (const auto& [input, hash] : json.items())
      if (hash.is_string()) inputs[input] = hash.get<std::string>();
  return inputs;
}

// The key as JSON can store it.
std::string input(std::string_view key, const std::string& value) {
  return replace_invalid_utf8(fmt::format("{} = {}", key, value));
}

}  // namespace

StudyInputs inputs_of(std::span<const Cell> cells) {
  StudyInputs inputs;
  // Each file is hashed once, since cells share them.
  const auto add = [&inputs](std::string_view key, const std::string& value, const auto& hash) {
    if (value.empty()) return;
    const auto [place, is_new] = inputs.emplace(input(key, value), "");
    if (is_new) place->second = hash();
  };
  for (const Cell& cell : cells) {
    const DataConfig& data = cell.config.data;
    const auto file = [&](std::string_view key, const std::string& path) {
      add(key, path, [&] { return hash_file_hex(path); });
    };
    const auto tokenizer = [&](std::string_view key, const std::string& path) {
      add(key, path, [&] { return hash_hex(text::read_tokenizer_file(path)); });
    };
    const TaskKind task = cell.config.task;
    const bool pairs = task == TaskKind::kTranslation, table = task == TaskKind::kClassification;
    file(pairs ? "data.train_source" : table ? "data.train_table" : "data.train_text", train_file(cell.config));
    file(pairs ? "data.valid_source" : table ? "data.valid_table" : "data.valid_text", valid_file(cell.config));
    if (pairs) file("data.train_target", data.train_target);
    if (pairs) file("data.valid_target", data.valid_target);
    tokenizer("tokenizer.source_model", cell.config.tokenizer.source_model);
    tokenizer("tokenizer.target_model", cell.config.tokenizer.target_model);
    add("train.pretrained", cell.config.train.pretrained,
        [&] { return hash_file_hex(app::pretrained_run(cell.config).checkpoint / "model.safetensors"); });
  }
  return inputs;
}

void check_inputs(const StudyFolder& folder, const StudyInputs& now) {
  const StudyInputs before = read_inputs(folder);
  for (const auto& [input, hash] : now)
    if (const auto found = before.find(input); found != before.end() && found->second != hash)
      throw_error<UsageError>(
          "{}: {} is no longer the text that the cells of the study were trained on; restore it, or name another "
          "folder with --output",
          folder.path().string(), input);
}

void keep_inputs(const StudyFolder& folder, const StudyInputs& now) {
  if (now.empty()) return;
  StudyInputs all = read_inputs(folder);
  all.insert(now.begin(), now.end());
  write_file_atomically(folder.inputs(), json_text(nlohmann::json(all), 2) + "\n");
}

}  // namespace prenorm::studies
