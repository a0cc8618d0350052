#include "prenorm/tasks/translation_task.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "prenorm/decoding/translate.h"
#include "prenorm/metrics/bleu.h"
#include "prenorm/tasks/prepare_parallel.h"
#include "prenorm/tasks/validation_sums.h"

namespace prenorm::tasks {
namespace {

constexpr std::size_t kSamples = 5;

}  // namespace

TranslationTask::TranslationTask(const Config& config, const runs::Tokenizers& tokenizers,
                                 const std::filesystem::path& prepared_dir)
    : TranslatorTask(config, tokenizers.source.size(), tokenizers.target.size()),
      config_(config),
      tokenizers_(tokenizers),
      train_(prepare_parallel(config, tokenizers, config.data.train_source, config.data.train_target, prepared_dir)),
      batcher_(train_, config.batch, static_cast<std::uint64_t>(config.train.seed)) {
  start_from_data();
  if (config.data.valid_source.empty()) return;
  valid_ = std::make_unique<data::PreparedCorpus>(
      prepare_parallel(config, tokenizers, config.data.valid_source, config.data.valid_target, prepared_dir));
  valid_batches_ = batches::plan_validation_batches(*valid_, config.batch);
  scored_ = data::read_scored_pairs(config.data.valid_source, config.data.valid_target);
}

std::string TranslationTask::origin(std::int64_t epoch, std::int64_t batch) {
  constexpr std::size_t kShown = 5;
  const std::vector<std::int64_t> pairs = batcher_.pair_indices(epoch, batch);
  std::string text = config_.data.train_source + ", lines";
  for (std::size_t i = 0; i < std::min(kShown, pairs.size()); ++i)
    text += fmt::format("{} {}", i > 0 ? "," : "", train_.source_line(pairs[i]));
  return pairs.size() > kShown ? text + fmt::format(" and {} more", pairs.size() - kShown) : text;
}

runs::Validation TranslationTask::validate(bool with_output) {
  const at::NoGradGuard no_grad;
  ValidationSums sums;
  for (const auto& pairs : valid_batches_) {
    const batches::Batch batch = batches::make_batch(*valid_, pairs);
    sums.add(model().loss(batch, config_.train.label_smoothing, nn::Context{}), batch.target_tokens());
  }
  runs::Validation result = sums.means();
  if (with_output) translate_and_score(result);
  return result;
}

void TranslationTask::translate_and_score(runs::Validation& result) {
  const decoding::LineTranslator translator(model(), tokenizers_.source, tokenizers_.target, config_.decode);
  const auto translations =
      translator.translate(scored_.sources, {.name = config_.data.valid_source, .numbers = scored_.lines});
  std::vector<std::string> hypotheses;
  hypotheses.reserve(translations.size());
  for (const auto& best : translations) hypotheses.push_back(best.front().text);
  const metrics::BleuScore score = metrics::corpus_bleu(hypotheses, scored_.references, {});
  result.bleu = score.score;
  result.bleu_signature = score.signature;
  // A few samples, spread over the text.
  for (std::size_t i = 0; i < kSamples && i < hypotheses.size(); ++i) {
    const std::size_t line = i * hypotheses.size() / kSamples;
    result.samples.push_back({scored_.sources[line], scored_.references[line], hypotheses[line]});
  }
}

}  // namespace prenorm::tasks
