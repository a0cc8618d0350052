#include "prenorm/tasks/prepared_batches.h"

#include <utility>

#include "prenorm/batches/causal_sequences.h"
#include "prenorm/batches/masked_sequences.h"
#include "prenorm/batches/unigram.h"
#include "prenorm/data/prepare_text.h"

namespace prenorm::tasks {
namespace {

data::PreparedText prepared(const Config& config, const text::Tokenizer& tokenizer, const std::string& path,
                            const std::filesystem::path& prepared_dir) {
  return data::prepare_text(
      {.path = path,
       .tokenizer = tokenizer,
       .shape = config.task == TaskKind::kCausalLm ? data::TextShape::kStream : data::TextShape::kDocuments,
       .rules = config.data,
       .prepared_dir = prepared_dir,
       .threads = static_cast<int>(config.runtime.threads)});
}

batches::MaskedRecipe masked_recipe(const Config& config, const text::Tokenizer& tokenizer) {
  return {.sequence_length = config.data.sequence_length,
          .masking = config.masked_lm,
          .batch = config.batch,
          .ids = batches::special_ids(tokenizer, /*need_mask=*/true),
          .starts_word = config.masked_lm.whole_word ? batches::word_starts(tokenizer) : std::vector<bool>{},
          .seed = static_cast<std::uint64_t>(config.train.seed)};
}

batches::MaskedBatcher masked_batcher(const data::PreparedText& text, const Config& config,
                                      const text::Tokenizer& tokenizer) {
  return {text, masked_recipe(config, tokenizer)};
}
batches::CausalBatcher causal_batcher(const data::PreparedText& text, const Config& config, const text::Tokenizer&) {
  return {text, config.data.sequence_length, config.batch, static_cast<std::uint64_t>(config.train.seed)};
}

template <class Batcher>
class PreparedBatches : public TextBatches {
 public:
  using Make = Batcher (*)(const data::PreparedText&, const Config&, const text::Tokenizer&);

  PreparedBatches(const Config& config, const text::Tokenizer& tokenizer, const std::filesystem::path& prepared_dir,
                  Make make)
      : text_(prepared(config, tokenizer, config.data.train_text, prepared_dir)),
        batcher_(make(text_, config, tokenizer)) {
    if (config.data.valid_text.empty()) return;
    const data::PreparedText valid = prepared(config, tokenizer, config.data.valid_text, prepared_dir);
    validation_ = make(valid, config, tokenizer).validation_batches();
    if (config.task == TaskKind::kCausalLm) validation_bytes_ = valid.manifest().counts.bytes;
  }

  std::int64_t batches_in_epoch(std::int64_t) override { return batcher_.batches_in_epoch(); }
  batches::TextBatch batch(std::int64_t epoch, std::int64_t index) override { return batcher_.batch(epoch, index); }
  std::string data_key() const override { return text_.folder().filename().string(); }
  std::string origin(std::int64_t epoch, std::int64_t index) override { return batcher_.origin(epoch, index); }
  double unigram_nats(double label_smoothing) override { return batches::unigram_nats(text_, label_smoothing); }
  const std::vector<batches::TextBatch>& validation() const override { return validation_; }
  std::int64_t validation_bytes() const override { return validation_bytes_; }

 private:
  data::PreparedText text_;
  Batcher batcher_;
  std::vector<batches::TextBatch> validation_;
  std::int64_t validation_bytes_ = 0;
};

}  // namespace

std::unique_ptr<TextBatches> prepared_batches(const Config& config, const text::Tokenizer& tokenizer,
                                              const std::filesystem::path& prepared_dir) {
  if (config.task == TaskKind::kCausalLm)
    return std::make_unique<PreparedBatches<batches::CausalBatcher>>(config, tokenizer, prepared_dir, causal_batcher);
  return std::make_unique<PreparedBatches<batches::MaskedBatcher>>(config, tokenizer, prepared_dir, masked_batcher);
}

void prepare_texts(const Config& config, const text::Tokenizer& tokenizer, const std::filesystem::path& prepared_dir) {
  prepared(config, tokenizer, config.data.train_text, prepared_dir);
  if (!config.data.valid_text.empty()) prepared(config, tokenizer, config.data.valid_text, prepared_dir);
}

}  // namespace prenorm::tasks
