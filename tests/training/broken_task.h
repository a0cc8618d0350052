// Translation with something broken in it, where and when a test says.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

#include "prenorm/base/random.h"
#include "prenorm/tasks/translation_task.h"

namespace prenorm::training {

struct Breakage {
  // The loss of these batches, by their number over all epochs, is multiplied.
  std::function<double(std::int64_t batch)> loss_factor{};
  // NaN is written into what this observation point shows, in this batch.
  std::string point{};
  std::int64_t point_batch = -1;
  // Target tokens change places within their batch.
  bool shuffled_targets = false;
  // The process "is killed" when this batch is loaded, once.
  std::int64_t killed_at = -1;
};

class BrokenTask : public tasks::TranslationTask {
 public:
  BrokenTask(const Config& config, const Tokenizers& tokenizers, const std::filesystem::path& prepared, Breakage how)
      : tasks::TranslationTask(config, tokenizers, prepared), how_(std::move(how)) {}

  data::Batch batch(std::int64_t epoch, std::int64_t index) override {
    data::Batch batch = tasks::TranslationTask::batch(epoch, index);
    RandomStream random(mix_key({5, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index)}));
    if (how_.shuffled_targets) shuffle(batch.target_output, random);
    return batch;
  }
  std::int64_t load(std::int64_t epoch, std::int64_t batch, const Sharing& sharing) override {
    number_ = epoch * batches_in_epoch(0) + batch;
    if (number_ == how_.killed_at) throw std::runtime_error("killed");
    return tasks::TranslationTask::load(epoch, batch, sharing);
  }
  BatchLoss loss(std::int64_t share, std::int64_t replica, const nn::Context& context) override {
    const nn::Observer breaking = [&](std::string_view point, const at::Tensor& value) {
      if (point == how_.point) value.data_ptr<float>()[0] = std::numeric_limits<float>::quiet_NaN();
      context.observe(point, value);
    };
    nn::Context here = context;
    if (number_ == how_.point_batch) here.observer = &breaking;
    BatchLoss result = tasks::TranslationTask::loss(share, replica, here);
    if (how_.loss_factor) result.loss_sum = result.loss_sum * how_.loss_factor(number_);
    return result;
  }

 private:
  Breakage how_;
  std::int64_t number_ = -1;
};

}  // namespace prenorm::training
