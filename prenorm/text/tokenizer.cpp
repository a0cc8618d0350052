#include "prenorm/text/tokenizer.h"

#include <fmt/ranges.h>

#include <charconv>
#include <deque>
#include <exception>
#include <optional>
#include <unordered_map>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/base/random.h"
#include "prenorm/text/line_sample.h"
#include "prenorm/text/model_check.h"
#include "prenorm/text/sentencepiece.h"

namespace prenorm::text {

namespace {

// Feeds SentencePiece with the lines that it can learn from. It must not be thrown through: an exception of the
// source waits here.
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
  std::string line_;  // the first one, read to know that there is one
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
    throw_error<UsageError>("tokenizer.vocab_size = {}: more pieces than {} can fill; lower it to {} or less",
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
      // The sums of the unigram model depend on how many threads share them: always as many.
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

void require_id(std::int32_t id, std::int64_t size) {
  if (id < 0 || id >= size) throw_error<DataError>("token {} is outside the vocabulary of {}", id, size);
}

}  // namespace

Tokenizer::Tokenizer(std::shared_ptr<const TokenizerModel> model) : model_(std::move(model)) {}

Tokenizer Tokenizer::from_file(const std::filesystem::path& path) {
  return from_serialized(read_file(path), path.string());
}

Tokenizer Tokenizer::from_serialized(std::string_view bytes, std::string_view name) {
  if (const std::string damage = find_model_damage(bytes); !damage.empty())
    throw_error<DataError>("{}: cannot be used as a SentencePiece model: {}", name, damage);
  std::shared_ptr<const TokenizerModel> model;
  if (const std::string error = sentencepiece().load(bytes, model); !error.empty())
    throw_error<DataError>("{}: cannot be used as a SentencePiece model: {}", name, error);
  if (model->eos_id() < 0)
    throw_error<DataError>("{}: the model has no end-of-sentence piece; train it with --eos_id", name);
  return Tokenizer(std::move(model));
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view line) const {
  std::vector<std::int32_t> ids;
  const std::string error = model_->encode(line, ids);
  if (!error.empty()) throw_error<DataError>("a line cannot be tokenized: {}", error);
  return ids;
}

std::vector<std::int32_t> Tokenizer::encode_text(std::string_view text) const {
  std::vector<std::int32_t> ids;
  const std::string error = model_->encode_text(text, ids);
  if (!error.empty()) throw_error<DataError>("a text cannot be tokenized: {}", error);
  return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  std::string text;
  const std::string error = model_->decode(ids, text);
  if (!error.empty()) throw_error<DataError>("ids cannot be turned into text: {}", error);
  return text;
}

std::int64_t Tokenizer::size() const { return model_->size(); }
std::int32_t Tokenizer::unk_id() const { return model_->unk_id(); }
std::int32_t Tokenizer::eos_id() const { return model_->eos_id(); }
std::int32_t Tokenizer::bos_id() const { return model_->bos_id(); }
std::int32_t Tokenizer::pad_id() const { return model_->pad_id(); }
std::int32_t Tokenizer::mask_id() const { return model_->mask_id(); }
std::int32_t Tokenizer::newline_id() const { return model_->newline_id(); }
std::int32_t Tokenizer::decoder_start_id() const { return bos_id() >= 0 ? bos_id() : eos_id(); }

bool Tokenizer::starts_word(std::int32_t id) const {
  require_id(id, size());
  return model_->starts_word(id);
}

std::string Tokenizer::piece(std::int32_t id) const {
  require_id(id, size());
  return model_->piece(id);
}

std::string Tokenizer::serialized() const { return model_->serialized(); }

Tokenizer train_tokenizer(const LineSource& lines, const TokenizerConfig& config, std::string_view name,
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
  return Tokenizer::from_serialized(model, "the trained tokenizer");
}

Tokenizer train_tokenizer(std::span<const std::filesystem::path> files, const TokenizerConfig& config,
                          std::uint64_t seed, ExtraPieces extra) {
  std::deque<LineSample> samples;
  std::vector<std::string> names;
  for (const auto& file : files) {
    samples.emplace_back(file, config.max_training_lines, mix_key({seed, name_key("tokenizer"), samples.size()}));
    names.push_back(file.string());
  }
  std::size_t current = 0;
  const LineSource source = [&](std::string& line) {
    while (current < samples.size() && !samples[current].next(line)) ++current;
    return current < samples.size();
  };
  return train_tokenizer(source, config, fmt::format("{}", fmt::join(names, " and ")), extra);
}

}  // namespace prenorm::text
