// A translation task with a fault, whose place and time a test chooses.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <csignal>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/tasks/translation_task.h"

namespace prenorm::training {

struct Breakage {
  // A factor for the loss of each batch. Batches are numbered over all epochs.
  std::function<double(std::int64_t batch)> loss_factor{};
  // In this batch, NaN is written into the tensor at this observation point.
  std::string point{};
  std::int64_t point_batch = -1;
  // The target tokens of each batch are shuffled.
  bool shuffled_targets = false;
  // When this batch is loaded, the process is "killed", once.
  std::int64_t killed_at = -1;
  // SIGTERM is raised when this batch is first loaded, or before any batch is.
  std::int64_t signal_at = -1;
  bool signal_at_start = false;
  // Whether the loss of a validation is NaN. Validations are numbered from 0.
  std::function<bool(std::int64_t validation)> bad_validation{};
  // This weight is NaN from the start.
  std::string damaged_weight{};
  // This batch has no target token.
  std::int64_t empty_batch = -1;
};

class BrokenTask : public tasks::TranslationTask {
 public:
  BrokenTask(const Config& config, const runs::Tokenizers& tokenizers, const std::filesystem::path& prepared,
             Breakage how)
      : tasks::TranslationTask(config, tokenizers, prepared), how_(std::move(how)) {
    if (!how_.damaged_weight.empty())
      parameters().at(how_.damaged_weight).data_ptr<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  }

  batches::Batch batch(std::int64_t epoch, std::int64_t index) override {
    batches::Batch batch = tasks::TranslationTask::batch(epoch, index);
    RandomStream random(mix_key({5, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index)}));
    if (how_.shuffled_targets) shuffle(batch.target_output, random);
    return batch;
  }
  updates::LoadedBatch load(std::int64_t epoch, std::int64_t batch, const updates::Sharing& sharing) override {
    const std::int64_t number = first_of(epoch) + batch;
    if (number == how_.killed_at) throw std::runtime_error("killed");
    if (number == how_.signal_at) {
      how_.signal_at = -1;  // a second one would end the process
      std::raise(SIGTERM);
    }
    const updates::LoadedBatch whole = tasks::TranslationTask::load(epoch, batch, sharing);
    return {whole.shares(), [this, whole, number](auto share, auto replica, const nn::Context& context) {
              return broken_loss(whole, number, share, replica, context);
            }};
  }
  // The trainer calls this once, when it starts.
  double unigram_nats() override {
    if (how_.signal_at_start) std::raise(SIGTERM);
    return tasks::TranslationTask::unigram_nats();
  }
  runs::Validation validate(bool with_output) override {
    runs::Validation result = tasks::TranslationTask::validate(with_output);
    if (how_.bad_validation && how_.bad_validation(validations_++))
      result.loss_nats_per_token = std::numeric_limits<double>::quiet_NaN();
    return result;
  }

 private:
  updates::BatchLoss broken_loss(const updates::LoadedBatch& whole, std::int64_t number, std::int64_t share,
                                 std::int64_t replica, const nn::Context& context) const {
    const nn::Observer breaking = [&](std::string_view point, const at::Tensor& value) {
      if (point == how_.point) value.data_ptr<float>()[0] = std::numeric_limits<float>::quiet_NaN();
      context.observe(point, value);
    };
    nn::Context here = context;
    if (number == how_.point_batch) here.observer = &breaking;
    updates::BatchLoss result = whole.loss(share, replica, here);
    if (how_.loss_factor) result.loss_sum = result.loss_sum * how_.loss_factor(number);
    if (number == how_.empty_batch) result = {.loss_sum = result.loss_sum * 0};
    return result;
  }

  // The number of an epoch's first batch. Epochs differ in their number of batches.
  std::int64_t first_of(std::int64_t epoch) {
    while (std::ssize(firsts_) <= epoch) firsts_.push_back(firsts_.back() + batches_in_epoch(std::ssize(firsts_) - 1));
    return firsts_[static_cast<std::size_t>(epoch)];
  }

  Breakage how_;
  std::vector<std::int64_t> firsts_{0};
  std::int64_t validations_ = 0;
};

}  // namespace prenorm::training
