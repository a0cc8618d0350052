#include "prenorm/huggingface/export.h"

#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/json_text.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/data/example_format.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/huggingface/config_json.h"
#include "prenorm/huggingface/tokenizer_files.h"
#include "prenorm/huggingface/weights.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/read_checkpoint.h"

namespace prenorm::huggingface {
namespace fs = std::filesystem;
namespace {

void check_unused(const fs::path& output) {
  std::error_code error;
  const fs::file_status status = fs::status(output, error);
  if (fs::exists(status) && (!fs::is_directory(status) || !fs::is_empty(output, error)))
    throw_error<UsageError>("{}: already exists and is not an empty folder; name another with --output",
                            output.string());
}

// The number of outputs of a classifier is known only from its weights.
std::int64_t classes_of(const Config& config, const fs::path& checkpoint) {
  if (config.task != TaskKind::kClassification) return 0;
  return runs::read_weights(checkpoint).at("classifier.weight").size(0);
}

struct ReadModel {
  fs::path checkpoint;
  Architecture architecture;
  Layout layout;
  nn::Parameters parameters;
};

ReadModel read_model(const Config& config, const runs::RunFolder& run, const runs::Tokenizers& tokenizers,
                     const fs::path& checkpoint) {
  Architecture architecture =
      architecture_of(config, tokenizers.source.size(), special_ids(tokenizers.source), classes_of(config, checkpoint));
  if (const fs::path labels = run.labels(); is_there(labels))
    architecture.class_names = data::read_format(labels).classes;
  Layout layout = layout_of(architecture);
  nn::Parameters parameters = empty_parameters(layout);
  runs::load_weights(checkpoint, parameters);
  return {checkpoint, std::move(architecture), std::move(layout), std::move(parameters)};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& entry : entries_of(folder)) names.push_back(entry.filename().string());
  return names;
}

}  // namespace

Exported export_run(const runs::RunFolder& run, const std::string& which, const fs::path& output) {
  check_unused(output);
  run.find_checkpoint(which);  // before anything is created
  const Config config = load_run_config(run.path()).config;
  validate(config);
  const runs::Tokenizers tokenizers = run.tokenizers();
  const auto [checkpoint, architecture, layout, parameters] = runs::read_checkpoint(
      run, which, [&](const fs::path& folder) { return read_model(config, run, tokenizers, folder); });

  AtomicDirectory folder(output);
  io::write_safetensors(folder.path() / "model.safetensors", to_theirs(layout, parameters), {{"format", "pt"}});
  write_file_atomically(folder.path() / "config.json", json_text(to_config_json(architecture), 2) + "\n");
  if (!architecture.is_encoder())
    write_file_atomically(folder.path() / "generation_config.json",
                          json_text(to_generation_json(architecture, config.decode), 2) + "\n");
  write_tokenizer(folder.path(), architecture, tokenizers.source);
  Exported result{architecture, checkpoint, parameters.count(), names_in(folder.path())};
  folder.commit();
  return result;
}

}  // namespace prenorm::huggingface
