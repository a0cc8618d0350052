#include "prenorm/decoding/translate.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/decoding/padded_search.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::decoding {
namespace {

void check_vocabulary(std::string_view side, std::int64_t pieces, std::int64_t embeddings) {
  if (pieces != embeddings)
    throw_error<CheckpointError>(
        "the {} tokenizer has {} pieces but the model has embeddings for {}; use the tokenizer "
        "that the model was trained with",
        side, pieces, embeddings);
}

}  // namespace

LineTranslator::LineTranslator(const models::Translator& model, text::Tokenizer source, text::Tokenizer target,
                               const DecodeConfig& config, SearchLoop loop)
    : model_(model), source_(std::move(source)), target_(std::move(target)), config_(config), loop_(loop) {
  check_vocabulary("source", source_.size(), model.source_vocabulary());
  check_vocabulary("target", target_.size(), model.target_vocabulary());
}

std::vector<std::vector<Translation>> LineTranslator::translate(std::span<const std::string> lines,
                                                                const LineOrigin& origin,
                                                                const TranslationProgress& progress) const {
  Sentences sentences;
  for (std::size_t i = 0; i < lines.size(); ++i) sentences.push_back(encode(lines[i], origin.name, origin.line(i)));

  std::vector<std::vector<Translation>> result(lines.size(), {Translation{}});
  auto done = std::count_if(sentences.begin(), sentences.end(), [](const auto& ids) { return ids.empty(); });
  if (progress) progress(done);
  const auto all = batches(sentences);
  translate_batches(sentences, all, [&](std::size_t b, std::vector<std::vector<Translation>> translations) {
    for (std::size_t i = 0; i < all[b].size(); ++i) result[all[b][i]] = std::move(translations[i]);
    done += std::ssize(all[b]);
    if (progress) progress(done);
  });
  return result;
}

// A step's matrix products are too small to share: threads would mostly wait for each other. So each thread searches
// its own batches with single-threaded operators, and the result does not depend on the number of threads. A single
// batch leaves the threads to the operators.
void LineTranslator::translate_batches(const Sentences& sentences, std::span<const std::vector<std::size_t>> batches,
                                       const Store& store) const {
  const auto count = std::ssize(batches);
  if (count == 1 || loop_ == SearchLoop::kPadded) {
    for (std::size_t b = 0; b < batches.size(); ++b) store(b, translate_batch(sentences, batches[b]));
    return;
  }
  std::atomic<std::size_t> next = 0;
  std::mutex store_mutex;
  const auto work = [&](std::int64_t, std::int64_t) {
    try {
      for (std::size_t b = next++; b < batches.size(); b = next++) {
        auto translations = translate_batch(sentences, batches[b]);
        const std::scoped_lock lock(store_mutex);
        store(b, std::move(translations));
      }
    } catch (...) {
      next = batches.size();  // makes the other threads end too
      throw;
    }
  };
  at::parallel_for(0, std::min<std::int64_t>(count, at::get_num_threads()), 1, work);
}

std::vector<std::int32_t> LineTranslator::encode(const std::string& line, std::string_view name,
                                                 std::int64_t number) const {
  if (!is_utf8(line)) throw_error<DataError>("{}:{}: the line is not UTF-8; convert the text to UTF-8", name, number);
  if (is_blank(line)) return {};
  std::vector<std::int32_t> ids;
  try {
    ids = source_.encode(line);
  } catch (const DataError& error) {
    throw_error<DataError>("{}:{}: {}", name, number, error.what());
  }
  // End of sentence takes a position too.
  const bool positions_bind = model_.max_positions() - 1 < config_.max_source_tokens;
  const std::int64_t limit = positions_bind ? model_.max_positions() - 1 : config_.max_source_tokens;
  if (std::ssize(ids) > limit) {
    warn(fmt::format("{}:{}: the line has {} tokens and is cut to {} ({})", name, number, ids.size(), limit,
                     positions_bind ? "model.max_positions" : "decode.max_source_tokens"));
    ids.resize(static_cast<std::size_t>(limit));
  }
  return ids;
}

// Sentences of a batch have similar lengths, so that they end together. The longest come first: a batch that needs too
// much memory fails at once, a progress bar does not slow down, and threads end at about the same time.
std::vector<std::vector<std::size_t>> LineTranslator::batches(const Sentences& sentences) const {
  std::vector<std::size_t> order(sentences.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](std::size_t i) { return sentences[i].empty(); });
  if (loop_ == SearchLoop::kCached)
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sentences[a].size() > sentences[b].size(); });
  std::vector<std::vector<std::size_t>> result;
  std::int64_t tokens = 0;
  for (const std::size_t i : order) {
    const std::int64_t count = (std::ssize(sentences[i]) + 1) * config_.beam;
    if (result.empty() || tokens + count > config_.max_tokens) {
      result.emplace_back();
      tokens = 0;
    }
    result.back().push_back(i);
    tokens += count;
  }
  return result;
}

std::vector<std::vector<Translation>> LineTranslator::translate_batch(const Sentences& sentences,
                                                                      std::span<const std::size_t> batch) const {
  Sentences sources;
  std::vector<std::int64_t> max_lengths;
  for (const std::size_t i : batch) {
    sources.push_back(sentences[i]);
    max_lengths.push_back(max_length(std::ssize(sentences[i])));
  }
  const SearchOptions options{config_.beam, config_.length_penalty,     config_.n_best,
                              config_.stop, target_.decoder_start_id(), target_.eos_id()};
  const auto search = loop_ == SearchLoop::kCached ? beam_search : padded_beam_search;
  std::vector<std::vector<Translation>> result;
  for (const auto& hypotheses :
       search(model_, batches::pack_sources(sources, source_.eos_id()), max_lengths, options)) {
    result.emplace_back();
    for (const Hypothesis& hypothesis : hypotheses) result.back().push_back(to_translation(hypothesis));
  }
  return result;
}

Translation LineTranslator::to_translation(const Hypothesis& hypothesis) const {
  const std::vector<std::int32_t> ids(hypothesis.ids.begin(), hypothesis.ids.end() - 1);
  Translation translation{target_.decode(ids), hypothesis.log_probability, hypothesis.score,
                          std::ssize(hypothesis.ids)};
  // Vocabularies with byte pieces can spell an end of line, which would shift all following lines.
  std::replace_if(
      translation.text.begin(), translation.text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return translation;
}

std::int64_t LineTranslator::max_length(std::int64_t source_tokens) const {
  const double length = config_.max_length_ratio * static_cast<double>(source_tokens);
  return std::min(static_cast<std::int64_t>(length) + config_.max_length_offset, model_.max_positions());
}

}  // namespace prenorm::decoding
