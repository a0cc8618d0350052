// Translation: a parallel text, the encoder-decoder model, BLEU.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/data/batcher.h"
#include "prenorm/data/prepared_corpus.h"
#include "prenorm/training/run_folder.h"
#include "prenorm/training/task.h"
#include "prenorm/training/translation_shares.h"

namespace prenorm::training {

class TranslationTask : public Task {
 public:
  // Prepares the corpora (data::prepare_corpus) in `prepared_dir` and builds the model. Errors: those of both.
  TranslationTask(const Config& config, const Tokenizers& tokenizers, const std::filesystem::path& prepared_dir);

  const models::Translator& model() const { return shares_.model(); }
  data::Batch batch(std::int64_t epoch, std::int64_t index) { return batcher_.batch(epoch, index); }

  nn::Parameters& parameters() override { return shares_.parameters(0); }
  std::int64_t batches_in_epoch(std::int64_t epoch) override { return batcher_.batches_in_epoch(epoch); }
  void set_replicas(std::int64_t count) override { shares_.set_replicas(count); }
  nn::Parameters& parameters(std::int64_t replica) override { return shares_.parameters(replica); }
  std::int64_t load(std::int64_t epoch, std::int64_t index, const Sharing& sharing) override {
    return shares_.load(batch(epoch, index), sharing);
  }
  BatchLoss loss(std::int64_t share, std::int64_t replica, const nn::Context& context) override {
    return shares_.loss(share, replica, context);
  }
  std::string data_key() const override { return train_.folder().filename().string(); }
  std::string origin(std::int64_t epoch, std::int64_t batch) override;
  bool has_validation() const override { return valid_ != nullptr; }
  Validation validate(bool with_output) override;

 private:
  void translate_and_score(Validation& result);

  Config config_;
  Tokenizers tokenizers_;
  data::PreparedCorpus train_;
  data::Batcher batcher_;
  std::unique_ptr<data::PreparedCorpus> valid_;
  std::vector<std::vector<std::int64_t>> valid_batches_;
  std::vector<std::string> valid_sources_, valid_references_;
  TranslationShares shares_;
};

}  // namespace prenorm::training
