#include "prenorm/studies/cell_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/app/make_task.h"
#include "prenorm/app/setup.h"
#include "prenorm/base/json_text.h"
#include "prenorm/config/fields.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/hash.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::studies {
namespace fs = std::filesystem;
namespace {

std::string keep(const text::Tokenizer& tokenizer, const fs::path& folder) {
  const fs::path path = folder / fmt::format("vocabulary-{}.model", hash_hex(tokenizer.serialized()).substr(0, 16));
  if (!is_there(path)) write_file_atomically(path, tokenizer.serialized());
  return path.string();
}

}  // namespace

SharedText::Paths SharedText::make(const Config& cell) const {
  Config config = cell;
  config.train.seed = seed_;
  const fs::path prepared = config.data.prepared_dir.empty() ? folder_.prepared() : fs::path(config.data.prepared_dir);
  const runs::Tokenizers tokenizers = app::make_tokenizers(config, prepared);
  app::prepare_data(config, tokenizers, prepared);
  const bool given = !config.tokenizer.source_model.empty();
  return {prepared.string(), given ? config.tokenizer.source_model : keep(tokenizers.source, prepared),
          tokenizers.shared || !config.tokenizer.target_model.empty() ? config.tokenizer.target_model
                                                                      : keep(tokenizers.target, prepared)};
}

void SharedText::prepare(Config& cell) {
  const nlohmann::json all = to_json(cell);
  // Includes the task and the run that training starts from, which decide the tokenizer too.
  const std::string key = json_text(all["task"]) + json_text(all["data"]) + json_text(all["tokenizer"]) +
                          json_text(all["train"]["pretrained"]);
  auto made = made_.find(key);
  if (made == made_.end()) made = made_.emplace(key, make(cell)).first;
  cell.data.prepared_dir = made->second.prepared;
  cell.tokenizer.source_model = made->second.source_model;
  cell.tokenizer.target_model = made->second.target_model;
}

std::vector<std::string> cell_command(const fs::path& program, const StudyFolder& folder, const Cell& cell) {
  const fs::path run = folder.cell(cell.name);
  if (runs::RunFolder(run).exists()) return {program, "train", "--resume", "--run", run};
  std::vector<std::string> command{program, "train", folder.base(), "--run", run};
  Config here = cell.config, base = load_config(folder.base()).config;
  const auto fields = config::fields_of(here), others = config::fields_of(base);
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (const std::string value = config::value_text(fields[i]); value != config::value_text(others[i]))
      command.insert(command.end(), {"--set", fmt::format("{}={}", fields[i].key, value)});
  return command;
}

}  // namespace prenorm::studies
