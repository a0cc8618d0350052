#include "prenorm/text/sentencepiece_training.h"

#include <fmt/ranges.h>

#include <charconv>
#include <exception>
#include <optional>
#include <unordered_map>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/text/line_sample.h"
#include "prenorm/text/sentencepiece.h"

namespace prenorm::text {
namespace {

// Feeds SentencePiece with the lines that it can learn from. Exceptions must not pass through SentencePiece: one from
// the source is stored here and rethrown later.
class TrainingLines {
 public:
  explicit TrainingLines(const LineSource& source) : source_(source) { has_line_ = advance(line_); }

  bool any() const { return has_line_ || failure_; }
  bool next(std::string& line) {
    if (!has_line_) return advance(line);
    line.swap(line_);
    has_line_ = false;
    return true;
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  bool advance(std::string& line) noexcept {
    try {
      while (source_(line))
        if (is_training_line(line)) return true;
    } catch (...) {
      failure_ = std::current_exception();
    }
    return false;
  }

  const LineSource& source_;
  std::string line_;  // the first line, read ahead to know whether there is one
  bool has_line_ = false;
  std::exception_ptr failure_;
};

// The number that follows `before` in SentencePiece's message.
std::optional<std::int64_t> number_after(std::string_view message, std::string_view before) {
  const std::size_t at = message.find(before);
  if (at == std::string_view::npos) return std::nullopt;
  message.remove_prefix(at + before.size());
  std::int64_t number = 0;
  const auto result = std::from_chars(message.data(), message.data() + message.size(), number);
  if (result.ec != std::errc()) return std::nullopt;
  return number;
}

[[noreturn]] void refuse_training(std::string_view message, std::string_view name, std::int64_t vocab_size) {
  if (const auto most = number_after(message, "Please set it to a value <= "))
    throw_error<UsageError>("tokenizer.vocab_size = {}: more pieces than {} has text for; lower it to {} or less",
                            vocab_size, name, *most);
  if (const auto least = number_after(message, fmt::format("required_chars. {} vs ", vocab_size)))
    throw_error<UsageError>(
        "tokenizer.vocab_size = {}: fewer pieces than there are characters in {}; raise it to {} "
        "or more, or lower tokenizer.character_coverage",
        vocab_size, name, *least);
  throw_error<DataError>("{}: SentencePiece cannot train on it: {}", name, message);
}

std::unordered_map<std::string, std::string> trainer_options(const TokenizerConfig& config, ExtraPieces extra) {
  std::unordered_map<std::string, std::string> options{
      {"model_type", std::string(enum_name(config.kind))},
      {"vocab_size", fmt::format("{}", config.vocab_size)},
      {"character_coverage", fmt::format("{}", config.character_coverage)},
      {"max_sentence_length", fmt::format("{}", kLongestTrainingLine)},
      // The sums of the unigram model depend on the number of threads, so it is fixed.
      {"num_threads", "16"},
      {"train_extremely_large_corpus", config.max_training_lines > 10'000'000 ? "true" : "false"},
      {"minloglevel", "3"}};
  std::vector<std::string> control;
  if (extra.mask) control.emplace_back(kMaskPiece);
  if (extra.newline) {
    control.emplace_back(kNewlinePiece);
    options.insert(
        {{"normalization_rule_name", "identity"}, {"remove_extra_whitespaces", "false"}, {"byte_fallback", "true"}});
  }
  if (!control.empty()) options.emplace("control_symbols", fmt::format("{}", fmt::join(control, ",")));
  return options;
}

}  // namespace

std::string train_sentencepiece(const LineSource& lines, const TokenizerConfig& config, std::string_view name,
                                ExtraPieces extra) {
  TrainingLines training_lines(lines);
  training_lines.rethrow();
  // SentencePiece's unigram trainer ends the process on a text without words.
  if (!training_lines.any()) throw_error<DataError>("{}: no line of text to train a tokenizer on", name);
  std::string model;
  const auto next_line = [&](std::string& line) { return training_lines.next(line); };
  const std::string error = sentencepiece().train(trainer_options(config, extra), next_line, model);
  training_lines.rethrow();
  if (!error.empty()) refuse_training(error, name, config.vocab_size);
  return model;
}

}  // namespace prenorm::text
