// Translates lines of text: tokenizes them, sorts them by length, searches in batches (each thread its own) and returns
// the translations in order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/train_config.h"
#include "prenorm/decoding/beam_search.h"
#include "prenorm/models/translator.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::decoding {

struct Translation {
  std::string text;            // one line, without its end
  double log_probability = 0;  // nats
  double score = 0;
  std::int64_t tokens = 0;  // including end of sentence; 0 for a blank line
};

// Both find the same translations.
enum class SearchLoop : std::uint8_t {
  kCached,  // beam_search
  kPadded,  // padded_beam_search on batches in the order of the lines, one by one: the baseline for kCached
};

// Called with the number of lines done so far, by one thread at a time.
using TranslationProgress = std::function<void(std::int64_t lines)>;

// The origin of lines, for messages: "name:line".
struct LineOrigin {
  std::string_view name = "input";
  std::int64_t first_line = 1;
  std::span<const std::int64_t> numbers{};  // number of each line, if they are not consecutive

  std::int64_t line(std::size_t index) const {
    return numbers.empty() ? first_line + static_cast<std::int64_t>(index) : numbers[index];
  }
};

class LineTranslator {
 public:
  // The model must outlive it. Errors: CheckpointError if the vocabularies of tokenizer and model differ.
  LineTranslator(const models::Translator& model, text::Tokenizer source, text::Tokenizer target,
                 const DecodeConfig& config, SearchLoop loop = SearchLoop::kCached);

  // The n_best translations of each line, best first. A blank line has one, empty, of score 0, and never enters the
  // model. A line longer than decode.max_source_tokens, or than the learned positions, is cut with a warning on stderr.
  // Errors: DataError naming name:line for a line that is not UTF-8, before anything is translated.
  std::vector<std::vector<Translation>> translate(std::span<const std::string> lines, const LineOrigin& origin = {},
                                                  const TranslationProgress& progress = {}) const;

  std::int64_t n_best() const { return config_.n_best; }

 private:
  using Sentences = std::vector<std::vector<std::int32_t>>;

  std::vector<std::int32_t> encode(const std::string& line, std::string_view name, std::int64_t number) const;
  // Groups the sentences that are searched together.
  std::vector<std::vector<std::size_t>> batches(const Sentences& sentences) const;
  // Threads take batches in turn; `store` is called by one at a time.
  using Store = std::function<void(std::size_t batch, std::vector<std::vector<Translation>> translations)>;
  void translate_batches(const Sentences& sentences, std::span<const std::vector<std::size_t>> batches,
                         const Store& store) const;
  std::vector<std::vector<Translation>> translate_batch(const Sentences& sentences,
                                                        std::span<const std::size_t> batch) const;
  Translation to_translation(const Hypothesis& hypothesis) const;
  std::int64_t max_length(std::int64_t source_tokens) const;

  const models::Translator& model_;
  text::Tokenizer source_, target_;
  DecodeConfig config_;
  SearchLoop loop_;
};

}  // namespace prenorm::decoding
