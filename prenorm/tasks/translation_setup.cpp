#include "prenorm/tasks/translation_setup.h"

#include <array>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/base/hash.h"
#include "prenorm/base/line_reader.h"
#include "prenorm/base/terminal.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/data/parallel_text.h"
#include "prenorm/data/prepare.h"
#include "prenorm/training/checkpoint.h"

namespace prenorm::tasks {
namespace fs = std::filesystem;
namespace {

text::Tokenizer cached_tokenizer(const Config& config, std::span<const fs::path> files, const fs::path& cache) {
  std::string key =
      fmt::format("{} {} {} {} {}", enum_name(config.tokenizer.kind), config.tokenizer.vocab_size,
                  config.tokenizer.character_coverage, config.tokenizer.max_training_lines, config.train.seed);
  for (const fs::path& file : files) key += hash_file_hex(file);
  const fs::path path = cache / fmt::format("tokenizer-{}.model", hash_hex(key).substr(0, 16));
  if (fs::exists(path)) {
    try {
      return text::Tokenizer::from_file(path);
    } catch (const Error&) {
      warn(fmt::format("{}: the kept tokenizer is damaged and is trained again", path.string()));
    }
  }
  data::ParallelText(config.data.train_source, config.data.train_target, config.data);  // line counts that differ
  inform(fmt::format("training a {} vocabulary of {} pieces", enum_name(config.tokenizer.kind),
                     config.tokenizer.vocab_size));
  const text::Tokenizer tokenizer =
      text::train_tokenizer(files, config.tokenizer, static_cast<std::uint64_t>(config.train.seed));
  write_file_atomically(path, tokenizer.serialized());
  return tokenizer;
}

}  // namespace

fs::path prepared_dir(const Config& config, const RunFolder& folder) {
  if (!config.data.prepared_dir.empty()) return config.data.prepared_dir;
  const fs::path path = fs::absolute(folder.path()).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).parent_path() / "prepared";
}

void check_readable(const DataConfig& data) {
  for (const std::string& path : {data.train_source, data.train_target, data.valid_source, data.valid_target})
    if (!path.empty()) LineReader reader(path);
}

Tokenizers make_tokenizers(const Config& config, const fs::path& cache) {
  const TokenizerConfig& t = config.tokenizer;
  const std::array<fs::path, 2> files{config.data.train_source, config.data.train_target};
  if (t.joint) {
    const text::Tokenizer both =
        t.source_model.empty() ? cached_tokenizer(config, files, cache) : text::Tokenizer::from_file(t.source_model);
    return {both, both, true};
  }
  const auto side = [&](const std::string& model, std::size_t i) {
    return model.empty() ? cached_tokenizer(config, std::span(files).subspan(i, 1), cache)
                         : text::Tokenizer::from_file(model);
  };
  return {side(t.source_model, 0), side(t.target_model, 1), false};
}

data::PreparedCorpus prepare_text(const Config& config, const Tokenizers& tokenizers, const std::string& source,
                                  const std::string& target, const fs::path& prepared_dir) {
  return data::prepare_corpus({.source = source,
                               .target = target,
                               .source_tokenizer = tokenizers.source,
                               .target_tokenizer = tokenizers.target,
                               .rules = config.data,
                               .prepared_dir = prepared_dir,
                               .threads = static_cast<int>(config.runtime.threads)});
}

LoadedTranslator load_translator(const RunFolder& folder, const std::string& which) {
  const fs::path checkpoint = folder.find_checkpoint(which);
  LoadedTranslator loaded{load_run_config(folder.path()).config, folder.tokenizers(), nullptr, checkpoint};
  validate(loaded.config);
  loaded.model = std::make_unique<models::Translator>(loaded.config.model, loaded.tokenizers.source.size(),
                                                      loaded.tokenizers.target.size(),
                                                      static_cast<std::uint64_t>(loaded.config.train.seed));
  load_weights(checkpoint, loaded.model->parameters());
  return loaded;
}

}  // namespace prenorm::tasks
