#include "prenorm/app/setup.h"

#include <array>
#include <span>
#include <vector>

#include "prenorm/app/pretrained.h"
#include "prenorm/base/error.h"
#include "prenorm/batches/examples.h"
#include "prenorm/data/example_format.h"
#include "prenorm/data/parallel_text.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/files/temporary.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::app {
namespace fs = std::filesystem;
using runs::RunFolder;
using runs::Tokenizers;
namespace {

bool has_given_size(TokenizerKind kind) { return kind == TokenizerKind::kBpe || kind == TokenizerKind::kUnigram; }

// A causal language model writes text unchanged, including line ends; a masked one needs a mask token.
text::ExtraPieces extra_pieces(TaskKind task) {
  return {.mask = task == TaskKind::kMaskedLm, .newline = task == TaskKind::kCausalLm};
}

// The texts in a table, without its numbers and labels.
text::Tokenizer tokenizer_of_table(const Config& config) {
  const data::Table table = data::read_table(config.data.train_table, config.data);
  const data::ExampleFormat format = data::format_of(table, config.data);
  return text::train_tokenizer(batches::texts_of(table, format, config.tokenizer.max_training_lines), config.tokenizer,
                               table.path.string());
}

text::Tokenizer cached_tokenizer(const Config& config, std::span<const fs::path> files, const fs::path& cache) {
  const text::ExtraPieces extra = extra_pieces(config.task);
  std::string key =
      fmt::format("{} {} {} {} {}", enum_name(config.tokenizer.kind), config.tokenizer.vocab_size,
                  config.tokenizer.character_coverage, config.tokenizer.max_training_lines, config.train.seed);
  if (extra.mask || extra.newline) key += extra.mask ? " mask" : " newline";
  if (config.task == TaskKind::kClassification)
    key += fmt::format(" table {} {} {}", config.data.text_column, config.data.second_text_column,
                       config.data.label_column);
  for (const fs::path& file : files) key += hash_file_hex(file);
  const fs::path path = cache / fmt::format("tokenizer-{}.model", hash_hex(key).substr(0, 16));
  remove_leftovers(cache);
  if (is_there(path)) {
    try {
      return text::Tokenizer::from_file(path);
    } catch (const Error&) {
      warn(fmt::format("{}: the cached tokenizer is damaged; training it again", path.string()));
    }
  }
  if (config.task == TaskKind::kTranslation)
    data::ParallelText(config.data.train_source, config.data.train_target, config.data);  // line counts that differ
  inform(has_given_size(config.tokenizer.kind)
             ? fmt::format("training a {} vocabulary of {} pieces", enum_name(config.tokenizer.kind),
                           config.tokenizer.vocab_size)
             : fmt::format("reading the {} vocabulary from the text", enum_name(config.tokenizer.kind)));
  text::Tokenizer tokenizer =
      config.task == TaskKind::kClassification
          ? tokenizer_of_table(config)
          : text::train_tokenizer(files, config.tokenizer, static_cast<std::uint64_t>(config.train.seed), extra);
  write_file_atomically(path, tokenizer.serialized());
  return tokenizer;
}

Tokenizers translation_tokenizers(const Config& config, const fs::path& cache) {
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

text::Tokenizer text_tokenizer(const Config& config, const fs::path& cache) {
  const std::string& given = config.tokenizer.source_model;
  if (!given.empty()) return text::Tokenizer::from_file(given);
  if (!config.train.pretrained.empty()) return pretrained_run(config).folder.tokenizers().source;
  const std::array<fs::path, 1> files{train_file(config)};
  return cached_tokenizer(config, files, cache);
}

}  // namespace

fs::path prepared_dir(const Config& config, const RunFolder& folder) {
  if (!config.data.prepared_dir.empty()) return config.data.prepared_dir;
  return folder_of(absolute_path(folder.path())) / "prepared";
}

void check_readable(const Config& config) {
  const DataConfig& data = config.data;
  std::vector<std::string> paths{train_file(config), valid_file(config)};
  if (config.task == TaskKind::kTranslation) paths.insert(paths.end(), {data.train_target, data.valid_target});
  for (const std::string& path : paths)
    if (!path.empty()) LineReader reader(path);
}

Tokenizers make_tokenizers(const Config& config, const fs::path& cache) {
  if (config.task == TaskKind::kTranslation) return translation_tokenizers(config, cache);
  const text::Tokenizer tokenizer = text_tokenizer(config, cache);
  if (config.task == TaskKind::kMaskedLm && tokenizer.mask_id() < 0)
    throw_error<DataError>(
        "{}: the tokenizer has no mask token; leave tokenizer.source_model and train.pretrained empty to train one",
        config.tokenizer.source_model.empty() ? config.train.pretrained : config.tokenizer.source_model);
  if (config.task == TaskKind::kCausalLm && tokenizer.newline_id() < 0)
    throw_error<DataError>(
        "{}: the tokenizer has no piece for the end of a line, which causal_lm writes; leave tokenizer.source_model "
        "and train.pretrained empty to train one",
        config.tokenizer.source_model.empty() ? config.train.pretrained : config.tokenizer.source_model);
  return {tokenizer, tokenizer, true};
}

}  // namespace prenorm::app
