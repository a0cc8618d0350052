#include "prenorm/papers/encoder_convergence/tasks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::encoder_convergence {
namespace {

// The step falls as 1 / d_m, so the widest models take more of them.
std::int64_t epochs_of(std::int64_t width) { return width >= 1024 ? 800 : 400; }

nlohmann::json train_task(const SelectionTask& task, std::int64_t width, std::uint64_t seed) {
  const Samples& samples = task.samples;
  nlohmann::json json;
  double step = 0;
  for (const AttentionScale scale : {kInverseRoot, kInverse}) {
    const Model model{kLeCun, scale, width};
    Encoder encoder(model, samples);
    const Weights start = initial_weights(model, samples.dimension(), seed);
    encoder.forward(start);
    if (scale == kInverseRoot) step = 0.5 / spectrum_of(kernel_of(encoder, start).sum()).greatest;
    Descent run = descend(encoder, start, {step, epochs_of(width)});
    for (double& loss : run.loss) loss /= static_cast<double>(samples.count());
    const double flagged = task.flagged.empty() ? 0 : attention_on(task.flagged, encoder.attention());
    json.push_back({{"loss", numbers_to_json(run.loss)}, {"flagged", flagged}});
  }
  return json;
}

TaskRun task_run_from_json(const nlohmann::json& json) {
  return {numbers_field(json, "loss"), number_field(json, "flagged")};
}

std::vector<TaskRuns> train_tasks(const std::string& label, const std::vector<std::int64_t>& widths, std::int64_t seeds,
                                  const std::function<SelectionTask(std::uint64_t seed)>& task_of, const Cells& cells) {
  std::vector<std::string> names;
  std::vector<TaskRuns> all;
  // The widest takes longest and is first.
  for (auto width = widths.rbegin(); width != widths.rend(); ++width) {
    all.push_back({*width, {}});
    for (std::int64_t seed = 1; seed <= seeds; ++seed)
      names.push_back(fmt::format("{}, d_m {}, {} epochs, seed {}", label, *width, epochs_of(*width), seed));
  }
  const auto count = static_cast<std::size_t>(seeds);
  const auto values = cells.get_all(label, names, CellThreads::kOneEach, [&](std::size_t i) {
    const std::uint64_t seed = 1 + i % count;
    return train_task(task_of(seed), all[i / count].width, seed);
  });
  for (std::size_t i = 0; i < values.size(); ++i)
    all[i / count].seeds.push_back({task_run_from_json(values[i].at(0)), task_run_from_json(values[i].at(1))});
  return {all.rbegin(), all.rend()};
}

}  // namespace

std::vector<TaskRuns> train_selection(const Setting& s, const Cells& cells) {
  const SampleSize size{s.selection_samples, 8, 16};
  return train_tasks(
      fmt::format("token selection, N {}", size.samples), s.selection_widths, s.seeds,
      [&](std::uint64_t seed) { return selection_task(size, seed); }, cells);
}

Samples digit_samples(const real_data::Digits& digits, std::int64_t count, std::uint64_t seed) {
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < digits.pictures.size(0); ++i) order.push_back(i);
  RandomStream random(mix_key({name_key("pictures"), seed}));
  shuffle(order, random);
  order.resize(static_cast<std::size_t>(count));
  std::vector<double> labels;
  for (const std::int64_t i : order) labels.push_back(digits.labels[static_cast<std::size_t>(i)] >= 5 ? 1 : -1);
  const at::Tensor pictures = digits.pictures.index_select(0, at::tensor(order)).view({count, 4, 7, 4, 7});
  const at::Tensor patches = pictures.permute({0, 1, 3, 2, 4}).reshape({count * 16, 49});
  return {(patches - patches.mean()) / patches.std(), at::tensor(labels, at::kDouble), 16};
}

std::vector<TaskRuns> train_digits(const real_data::Digits& digits, const Setting& s, const Cells& cells) {
  return train_tasks(
      fmt::format("digits, N {}", s.digit_samples), s.digit_widths, s.seeds,
      [&](std::uint64_t seed) {
        return SelectionTask{digit_samples(digits, s.digit_samples, seed), {}};
      },
      cells);
}

}  // namespace prenorm::papers::encoder_convergence
