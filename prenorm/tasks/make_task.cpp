#include "prenorm/tasks/make_task.h"

#include "prenorm/base/error.h"
#include "prenorm/config/validate.h"
#include "prenorm/tasks/causal_lm_task.h"
#include "prenorm/tasks/classification_task.h"
#include "prenorm/tasks/masked_lm_task.h"
#include "prenorm/tasks/prepared_batches.h"
#include "prenorm/tasks/pretrained.h"
#include "prenorm/tasks/setup.h"
#include "prenorm/tasks/synthetic_text.h"
#include "prenorm/tasks/translation_task.h"

namespace prenorm::tasks {
namespace {

std::unique_ptr<training::Task> synthetic_task(Config config, const SyntheticLengths& lengths) {
  DataConfig& data = config.data;
  for (std::string* name : {&data.train_source, &data.train_target, &data.train_text, &data.train_table})
    *name = "synthetic";
  validate(config);
  const std::int64_t vocabulary = config.tokenizer.vocab_size;
  auto text = std::make_unique<SyntheticText>(config);
  switch (config.task) {
    case TaskKind::kTranslation: return std::make_unique<SyntheticTask>(config, lengths);
    case TaskKind::kMaskedLm: return std::make_unique<MaskedLmTask>(config, vocabulary, std::move(text));
    case TaskKind::kCausalLm: return std::make_unique<CausalLmTask>(config, vocabulary, std::move(text));
    case TaskKind::kClassification: break;
  }
  const data::ExampleFormat two_classes{"text", "", "label", {"0", "1"}, {metrics::Score::kAccuracy}};
  return std::make_unique<ClassificationTask>(config, vocabulary, two_classes, std::move(text));
}

std::unique_ptr<training::Task> new_task(const Config& config, const training::Tokenizers& tokenizers,
                                         const std::filesystem::path& prepared_dir) {
  const text::Tokenizer& tokenizer = tokenizers.source;
  switch (config.task) {
    case TaskKind::kTranslation: return std::make_unique<TranslationTask>(config, tokenizers, prepared_dir);
    case TaskKind::kMaskedLm:
      return std::make_unique<MaskedLmTask>(config, tokenizer.size(),
                                            prepared_batches(config, tokenizer, prepared_dir));
    case TaskKind::kCausalLm:
      return std::make_unique<CausalLmTask>(config, tokenizer.size(),
                                            prepared_batches(config, tokenizer, prepared_dir));
    case TaskKind::kClassification: break;
  }
  return classification_task(config, tokenizer);
}

}  // namespace

std::unique_ptr<training::Task> make_task(const Config& config, const training::Tokenizers& tokenizers,
                                          const std::filesystem::path& prepared_dir) {
  std::unique_ptr<training::Task> task = new_task(config, tokenizers, prepared_dir);
  load_pretrained(config, task->parameters());
  return task;
}

void prepare_data(const Config& config, const training::Tokenizers& tokenizers,
                  const std::filesystem::path& prepared_dir) {
  if (config.task == TaskKind::kClassification) return;  // tables are small, each run reads them
  if (config.task != TaskKind::kTranslation) return prepare_texts(config, tokenizers.source, prepared_dir);
  const DataConfig& data = config.data;
  prepare_text(config, tokenizers, data.train_source, data.train_target, prepared_dir);
  if (!data.valid_source.empty()) prepare_text(config, tokenizers, data.valid_source, data.valid_target, prepared_dir);
}

std::unique_ptr<training::Task> measuring_task(Config config, const MeasuringOptions& options) {
  config = with_pretrained_model(config);
  if (options.synthetic || train_file(config).empty()) return synthetic_task(config, options.lengths);
  validate(config);
  const std::filesystem::path prepared =
      config.data.prepared_dir.empty() ? options.prepared_dir : std::filesystem::path(config.data.prepared_dir);
  return make_task(config, make_tokenizers(config, prepared), prepared);
}

}  // namespace prenorm::tasks
