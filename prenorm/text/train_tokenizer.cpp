#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/text/character_model.h"
#include "prenorm/text/line_sample.h"
#include "prenorm/text/sentencepiece_training.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::text {
namespace {

using Counts = std::map<char32_t, std::int64_t>;

// The most frequent characters, by code point, that make up the fraction `coverage` of the text. Of equally frequent
// ones the lower come first.
std::u32string frequent_characters(const Counts& counts, double coverage) {
  std::vector<std::pair<char32_t, std::int64_t>> by_count(counts.begin(), counts.end());
  std::stable_sort(by_count.begin(), by_count.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::int64_t all = 0, covered = 0;
  for (const auto& [character, count] : by_count) all += count;
  std::u32string characters;
  for (const auto& [character, count] : by_count) {
    if (static_cast<double>(covered) >= coverage * static_cast<double>(all)) break;
    characters.push_back(character);
    covered += count;
  }
  std::sort(characters.begin(), characters.end());
  return characters;
}

std::string train_characters(const LineSource& lines, const TokenizerConfig& config, std::string_view name,
                             ExtraPieces extra) {
  Counts counts;
  std::int64_t line_count = 0;
  for (std::string line; lines(line);) {
    if (!is_utf8(line)) continue;
    ++line_count;
    for (std::string_view rest = line; !rest.empty();) ++counts[take_character(rest)];
  }
  if (counts.empty()) throw_error<DataError>("{}: no line of text to train a tokenizer on", name);
  if (extra.newline) counts[U'\n'] += line_count;
  return make_character_model(frequent_characters(counts, config.character_coverage), extra.mask)->serialized();
}

// All lines of all files: a character missing from a sample would be unknown for ever.
LineSource all_lines(std::span<const std::filesystem::path> files, std::deque<LineReader>& readers) {
  for (const auto& file : files) readers.emplace_back(file);
  return [&readers, current = std::size_t{0}](std::string& line) mutable {
    while (current < readers.size() && !readers[current].next(line)) ++current;
    return current < readers.size();
  };
}

LineSource sampled_lines(std::deque<LineSample>& samples) {
  return [&samples, current = std::size_t{0}](std::string& line) mutable {
    while (current < samples.size() && !samples[current].next(line)) ++current;
    return current < samples.size();
  };
}

}  // namespace

Tokenizer train_tokenizer(const LineSource& lines, const TokenizerConfig& config, std::string_view name,
                          ExtraPieces extra) {
  std::string model;
  switch (config.kind) {
    case TokenizerKind::kBpe:
    case TokenizerKind::kUnigram: model = train_sentencepiece(lines, config, name, extra); break;
    case TokenizerKind::kCharacter: model = train_characters(lines, config, name, extra); break;
    case TokenizerKind::kByte: model = make_byte_model(extra.mask)->serialized(); break;
  }
  return Tokenizer::from_serialized(model, "the trained tokenizer");
}

Tokenizer train_tokenizer(std::span<const std::filesystem::path> files, const TokenizerConfig& config,
                          std::uint64_t seed, ExtraPieces extra) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.string());
  const std::string name = fmt::format("{}", fmt::join(names, " and "));
  if (config.kind == TokenizerKind::kCharacter) {
    std::deque<LineReader> readers;
    return train_tokenizer(all_lines(files, readers), config, name, extra);
  }
  std::deque<LineSample> samples;
  if (config.kind != TokenizerKind::kByte)
    for (const auto& file : files)
      samples.emplace_back(file, config.max_training_lines, mix_key({seed, name_key("tokenizer"), samples.size()}));
  return train_tokenizer(sampled_lines(samples), config, name, extra);
}

}  // namespace prenorm::text
