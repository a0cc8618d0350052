#include "prenorm/data/prepare.h"

#include <fmt/format.h>

#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/data/block_encoder.h"
#include "prenorm/data/corpus_writer.h"
#include "prenorm/data/file_hashes.h"
#include "prenorm/data/parallel_text.h"
#include "prenorm/data/prepared_folder.h"
#include "prenorm/files/hash.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::data {
namespace fs = std::filesystem;
namespace {

struct Stamps {
  FileStamp source, target;
  bool operator==(const Stamps&) const = default;
};

Stamps stamps_of(const CorpusRecipe& recipe) { return {stamp_of(recipe.source), stamp_of(recipe.target)}; }

// A key of everything that the prepared files depend on.
std::string content_key(const CorpusRecipe& recipe, const Stamps& stamps) {
  const fs::path memo = recipe.prepared_dir / "text-hashes.json";
  const DataConfig& rules = recipe.rules;
  return hash_hex(fmt::format(
      "{} {} {} {} {} {} {} {} {} {}", kPreparedFormat, remembered_hash(memo, recipe.source, stamps.source),
      remembered_hash(memo, recipe.target, stamps.target), hash_hex(recipe.source_tokenizer.serialized()),
      hash_hex(recipe.target_tokenizer.serialized()), enum_name(rules.empty_side), enum_name(rules.too_long),
      enum_name(rules.invalid_utf8), rules.max_source_tokens, rules.max_target_tokens));
}

Manifest new_manifest(const CorpusRecipe& recipe) {
  Manifest manifest;
  manifest.source_vocab = recipe.source_tokenizer.size();
  manifest.target_vocab = recipe.target_tokenizer.size();
  manifest.frame = {recipe.source_tokenizer.eos_id(), recipe.target_tokenizer.decoder_start_id(),
                    recipe.target_tokenizer.eos_id()};
  manifest.source_path = recipe.source.string();
  manifest.target_path = recipe.target.string();
  return manifest;
}

struct EncodedPair {
  std::vector<std::int32_t> source;
  std::vector<std::int32_t> target;
  std::int64_t line = 0;
};

void write_corpus(const CorpusRecipe& recipe, const Stamps& stamps, const fs::path& folder) {
  ParallelText text(recipe.source, recipe.target, recipe.rules);
  CorpusWriter writer(folder, new_manifest(recipe));
  {
    Progress progress("preparing text", text.lines());
    const auto encode = [&recipe](const TextPair& pair) {
      return EncodedPair{recipe.source_tokenizer.encode(pair.source), recipe.target_tokenizer.encode(pair.target),
                         pair.line};
    };
    BlockEncoder<TextPair, EncodedPair> encoder(encode, recipe.threads);
    while (encoder.read(text)) {
      for (const EncodedPair& pair : encoder.encoded())
        if (text.admit(pair.line, std::ssize(pair.source), std::ssize(pair.target)))
          writer.add(pair.source, pair.target, pair.line);
      progress.update(text.report().pairs_read);
    }
  }
  text.finish();
  if (stamps_of(recipe) != stamps)
    throw_error<DataError>("{} or {} changed while it was read", recipe.source.string(), recipe.target.string());
  writer.finish(text.report());
}

}  // namespace

PreparedCorpus prepare_corpus(const CorpusRecipe& recipe) {
  const Stamps stamps = stamps_of(recipe);
  const auto name = [&] { return prepared_name(recipe.source, content_key(recipe, stamps)); };
  bool written = false;
  const auto write = [&](const fs::path& folder) {
    write_corpus(recipe, stamps, folder);
    written = true;
  };
  auto corpus = open_or_write<PreparedCorpus>(recipe.prepared_dir, name, write);
  if (written)
    for (const std::string& line : report_lines(corpus.report())) inform(line);
  return corpus;
}

}  // namespace prenorm::data
