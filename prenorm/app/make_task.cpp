#include "prenorm/app/make_task.h"

#include "prenorm/app/pretrained.h"
#include "prenorm/app/setup.h"
#include "prenorm/base/error.h"
#include "prenorm/config/validate.h"
#include "prenorm/tasks/causal_lm_task.h"
#include "prenorm/tasks/classification_task.h"
#include "prenorm/tasks/masked_lm_task.h"
#include "prenorm/tasks/prepare_parallel.h"
#include "prenorm/tasks/prepared_batches.h"
#include "prenorm/tasks/synthetic_text.h"
#include "prenorm/tasks/translation_task.h"

namespace prenorm::app {
namespace {

std::filesystem::path prepared_or(const Config& config, const std::filesystem::path& otherwise) {
  return config.data.prepared_dir.empty() ? otherwise : std::filesystem::path(config.data.prepared_dir);
}

std::unique_ptr<updates::Task> synthetic_task(Config config, const tasks::SyntheticLengths& lengths) {
  DataConfig& data = config.data;
  for (std::string* name : {&data.train_source, &data.train_target, &data.train_text, &data.train_table})
    *name = "synthetic";
  validate(config);
  const std::int64_t vocabulary = config.tokenizer.vocab_size;
  auto text = std::make_unique<tasks::SyntheticText>(config);
  switch (config.task) {
    case TaskKind::kTranslation: return std::make_unique<tasks::SyntheticTask>(config, lengths);
    case TaskKind::kMaskedLm: return std::make_unique<tasks::MaskedLmTask>(config, vocabulary, std::move(text));
    case TaskKind::kCausalLm: return std::make_unique<tasks::CausalLmTask>(config, vocabulary, std::move(text));
    case TaskKind::kClassification: break;
  }
  const data::ExampleFormat two_classes{"text", "", "label", {"0", "1"}, {metrics::Score::kAccuracy}};
  return std::make_unique<tasks::ClassificationTask>(config, vocabulary, two_classes, std::move(text));
}

std::unique_ptr<updates::Task> new_task(const Config& config, const runs::Tokenizers& tokenizers,
                                        const std::filesystem::path& prepared_dir) {
  const text::Tokenizer& tokenizer = tokenizers.source;
  switch (config.task) {
    case TaskKind::kTranslation: return std::make_unique<tasks::TranslationTask>(config, tokenizers, prepared_dir);
    case TaskKind::kMaskedLm:
      return std::make_unique<tasks::MaskedLmTask>(config, tokenizer.size(),
                                                   tasks::prepared_batches(config, tokenizer, prepared_dir));
    case TaskKind::kCausalLm:
      return std::make_unique<tasks::CausalLmTask>(config, tokenizer.size(),
                                                   tasks::prepared_batches(config, tokenizer, prepared_dir));
    case TaskKind::kClassification: break;
  }
  return tasks::classification_task(config, tokenizer);
}

}  // namespace

std::unique_ptr<updates::Task> make_task(const Config& config, const runs::Tokenizers& tokenizers,
                                         const std::filesystem::path& prepared_dir) {
  std::unique_ptr<updates::Task> task = new_task(config, tokenizers, prepared_dir);
  load_pretrained(config, task->parameters());
  return task;
}

void prepare_data(const Config& config, const runs::Tokenizers& tokenizers, const std::filesystem::path& prepared_dir) {
  if (config.task == TaskKind::kClassification) return;  // tables are small, so each run reads them
  if (config.task != TaskKind::kTranslation) return tasks::prepare_texts(config, tokenizers.source, prepared_dir);
  const DataConfig& data = config.data;
  tasks::prepare_parallel(config, tokenizers, data.train_source, data.train_target, prepared_dir);
  if (!data.valid_source.empty())
    tasks::prepare_parallel(config, tokenizers, data.valid_source, data.valid_target, prepared_dir);
}

std::unique_ptr<updates::Task> measuring_task(Config config, const MeasuringOptions& options) {
  config = with_pretrained_model(config);
  if (options.synthetic || train_file(config).empty()) return synthetic_task(config, options.lengths);
  validate(config);
  const std::filesystem::path prepared = prepared_or(config, options.prepared_dir);
  return make_task(config, make_tokenizers(config, prepared), prepared);
}

std::unique_ptr<tasks::TranslatorTask> translation_to_measure(Config config,
                                                              const std::filesystem::path& prepared_dir) {
  config = with_pretrained_model(config);
  validate(config);
  const std::filesystem::path prepared = prepared_or(config, prepared_dir);
  return std::make_unique<tasks::TranslationTask>(config, make_tokenizers(config, prepared), prepared);
}

}  // namespace prenorm::app
