#include "prenorm/data/prepare.h"

#include <fmt/format.h>

#include <optional>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/base/folder_lock.h"
#include "prenorm/base/hash.h"
#include "prenorm/base/terminal.h"
#include "prenorm/data/corpus_writer.h"
#include "prenorm/data/encode_pairs.h"
#include "prenorm/data/file_hashes.h"
#include "prenorm/data/parallel_text.h"

namespace prenorm::data {
namespace fs = std::filesystem;
namespace {

struct Stamps {
  FileStamp source, target;
  bool operator==(const Stamps&) const = default;
};

Stamps stamps_of(const CorpusRecipe& recipe) { return {stamp_of(recipe.source), stamp_of(recipe.target)}; }

// Names everything that the prepared files depend on.
std::string content_key(const CorpusRecipe& recipe, const Stamps& stamps) {
  const fs::path memo = recipe.prepared_dir / "text-hashes.json";
  const DataConfig& rules = recipe.rules;
  return hash_hex(fmt::format(
      "{} {} {} {} {} {} {} {} {} {}", kPreparedFormat, remembered_hash(memo, recipe.source, stamps.source),
      remembered_hash(memo, recipe.target, stamps.target), hash_hex(recipe.source_tokenizer.serialized()),
      hash_hex(recipe.target_tokenizer.serialized()), enum_name(rules.empty_side), enum_name(rules.too_long),
      enum_name(rules.invalid_utf8), rules.max_source_tokens, rules.max_target_tokens));
}

std::optional<PreparedCorpus> open_existing(const fs::path& folder) {
  if (!fs::exists(folder)) return std::nullopt;
  try {
    return std::optional<PreparedCorpus>(std::in_place, folder);
  } catch (const Error& error) {
    warn(fmt::format("{}; making it again", error.what()));
    return std::nullopt;
  }
}

// What a killed process left; the lock is ours, so nobody is still writing it.
void remove_leftovers(const fs::path& folder) {
  const std::string prefix = folder.filename().string() + ".";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder.parent_path(), error))
    if (entry.path().filename().string().starts_with(prefix)) fs::remove_all(entry.path(), error);
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

void write_corpus(const CorpusRecipe& recipe, const Stamps& stamps, const fs::path& folder) {
  ParallelText text(recipe.source, recipe.target, recipe.rules);
  AtomicDirectory directory(folder);
  CorpusWriter writer(directory.path(), new_manifest(recipe));
  {
    Progress progress("preparing text", text.lines());
    PairEncoder encoder(recipe.source_tokenizer, recipe.target_tokenizer, recipe.threads);
    while (encoder.read(text)) {
      for (const EncodedPair& pair : encoder.pairs())
        if (text.admit(pair.line, std::ssize(pair.source), std::ssize(pair.target)))
          writer.add(pair.source, pair.target, pair.line);
      progress.update(text.report().pairs_read);
    }
  }
  text.finish();
  if (stamps_of(recipe) != stamps)
    throw_error<DataError>("{} or {} changed while it was read", recipe.source.string(), recipe.target.string());
  writer.finish(text.report());
  directory.commit();
  for (const std::string& line : report_lines(text.report())) inform(line);
}

}  // namespace

PreparedCorpus prepare_corpus(const CorpusRecipe& recipe) {
  const Stamps stamps = stamps_of(recipe);
  FolderLock lock(recipe.prepared_dir);
  if (!lock.try_lock()) {
    inform(fmt::format("{}: waiting for another process that is preparing text", recipe.prepared_dir.string()));
    lock.lock();
  }
  const fs::path folder = recipe.prepared_dir / fmt::format("{}-{}", recipe.source.stem().stem().string(),
                                                            content_key(recipe, stamps).substr(0, 16));
  if (auto corpus = open_existing(folder)) return std::move(*corpus);
  remove_leftovers(folder);
  write_corpus(recipe, stamps, folder);
  return PreparedCorpus(folder);
}

}  // namespace prenorm::data
