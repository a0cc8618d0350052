// Translation: a parallel text, the encoder-decoder model, BLEU.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "prenorm/batches/batcher.h"
#include "prenorm/batches/unigram.h"
#include "prenorm/config/config.h"
#include "prenorm/data/prepared_corpus.h"
#include "prenorm/data/scored_pairs.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/tasks/translator_task.h"

namespace prenorm::tasks {

class TranslationTask : public TranslatorTask {
 public:
  // Prepares the corpora (data::prepare_corpus) in `prepared_dir` and builds the model. Errors: those of both.
  TranslationTask(const Config& config, const runs::Tokenizers& tokenizers, const std::filesystem::path& prepared_dir);

  batches::Batch batch(std::int64_t epoch, std::int64_t index) override { return batcher_.batch(epoch, index); }

  std::int64_t batches_in_epoch(std::int64_t epoch) override { return batcher_.batches_in_epoch(epoch); }
  std::string data_key() const override { return train_.folder().filename().string(); }
  std::string origin(std::int64_t epoch, std::int64_t batch) override;
  double unigram_nats() override { return batches::unigram_nats(train_, config_.train.label_smoothing); }
  bool has_validation() const override { return valid_ != nullptr; }
  bool has_output() const override { return true; }
  runs::Validation validate(bool with_output) override;

 private:
  void translate_and_score(runs::Validation& result);

  Config config_;
  runs::Tokenizers tokenizers_;
  data::PreparedCorpus train_;
  batches::Batcher batcher_;
  std::unique_ptr<data::PreparedCorpus> valid_;
  std::vector<std::vector<std::int64_t>> valid_batches_;
  data::ScoredPairs scored_;  // for the validation text
};

}  // namespace prenorm::tasks
