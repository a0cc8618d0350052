#include "prenorm/tasks/example_batches.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "prenorm/files/hash.h"

namespace prenorm::tasks {

ExampleBatches::ExampleBatches(const Config& config, const data::ExampleFormat& format, batches::Examples training,
                               const batches::Examples& validation)
    : segments_(config.model.segments),
      format_(format),
      training_(std::move(training)),
      batcher_(training_, config.batch, static_cast<std::uint64_t>(config.train.seed)) {
  for (const auto& indices : batches::batches_in_order(validation, config.batch))
    validation_.push_back(batches::make_text_batch(validation, indices, segments_));
}

batches::TextBatch ExampleBatches::batch(std::int64_t epoch, std::int64_t index) {
  return batches::make_text_batch(training_, batcher_.indices(epoch, index), segments_);
}

std::string ExampleBatches::data_key() const {
  return "examples-" + hash_hex(fmt::format("{} {}", batches::content_key(training_), fmt::join(format_.classes, "\t")))
                           .substr(0, 16);
}

std::string ExampleBatches::origin(std::int64_t epoch, std::int64_t index) {
  constexpr std::size_t kShown = 5;
  const std::vector<std::int64_t> indices = batcher_.indices(epoch, index);
  std::vector<std::int64_t> lines;
  for (std::size_t i = 0; i < std::min(kShown, indices.size()); ++i) lines.push_back(training_.list[indices[i]].line);
  const std::string text = fmt::format("{}, lines {}", training_.path.string(), fmt::join(lines, ", "));
  return indices.size() > kShown ? text + fmt::format(" and {} more", indices.size() - kShown) : text;
}

double ExampleBatches::unigram_nats(double label_smoothing) {
  return batches::guessing_loss(training_, format_.outputs(), label_smoothing);
}

}  // namespace prenorm::tasks
