#include "prenorm/probe/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "prenorm/probe/gradient_average.h"
#include "prenorm/updates/share_workers.h"

namespace prenorm::probe {
namespace {

constexpr std::string_view kIndex = ".index";

double share_off(const std::vector<double>& values, double mean, double epsilon) {
  const auto off =
      std::count_if(values.begin(), values.end(), [&](double v) { return std::abs(v / mean - 1) > epsilon; });
  return static_cast<double>(off) / static_cast<double>(values.size());
}

StateFigures state_figures(const updates::PointRecord& p) {
  const double mean = mean_of(p.squared_norms);
  double scale = 0;
  for (const double variance : p.variances) scale += 1 / std::sqrt(variance);
  return {p.name,
          mean / static_cast<double>(p.d_model),
          share_off(p.squared_norms, mean, 0.1),
          share_off(p.squared_norms, mean, 0.2),
          scale / static_cast<double>(p.variances.size()),
          mean_of(p.variances),
          p.same_sequence.mean(),
          p.other_sequence.mean()};
}

AttentionFigures attention_figures(const updates::PointRecord& p) {
  double sum = 0, rows = 0;
  for (std::size_t i = 0; i < p.uniform_entropies.size(); ++i)
    if (p.uniform_entropies[i] > 0) {
      sum += p.attention_entropies[i] / p.uniform_entropies[i];
      ++rows;
    }
  return {p.name, sum / rows};
}

template <class List, class Name>
const auto& find(const List& list, Name name, std::string_view wanted) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.*name == wanted; });
  if (found == list.end()) throw_error<Error>("nothing was measured at {}", wanted);
  return *found;
}

}  // namespace

const GradientNorms& Measurement::gradient(std::string_view parameter) const {
  return find(gradients, &GradientNorms::parameter, parameter);
}

const StateFigures& Measurement::state(std::string_view point) const {
  return find(states, &StateFigures::point, point);
}

void add_states(Measurement& measurement, const std::vector<updates::PointRecord>& points) {
  for (const updates::PointRecord& p : points) {
    if (!p.squared_norms.empty()) measurement.states.push_back(state_figures(p));
    if (!p.attention_entropies.empty()) measurement.attention.push_back(attention_figures(p));
    if (!p.lengths.empty())
      measurement.sequences.push_back({p.name.substr(0, p.name.size() - kIndex.size()), p.lengths});
  }
}

Measurement measure(updates::Task& task, const RuntimeConfig& runtime, std::int64_t batches) {
  updates::ShareWorkers workers(task, runtime);
  updates::PointRecorder recorder(workers.count());
  nn::Parameters& parameters = task.parameters();
  GradientAverage average(parameters, batches);
  Measurement result;
  updates::BatchTotals totals;
  std::int64_t epoch = 0, batch = 0;
  for (std::int64_t i = 0; i < batches; ++i) {
    workers.clear();
    const nn::Context context{.observe_attention = i == 0, .observe_sequences = true};
    const auto of_batch = workers.add_gradients(epoch, batch, context, recorder.observers());
    workers.sum_and_norm();
    average.add(1 / static_cast<double>(of_batch.target_tokens));
    totals += of_batch;
    task.advance(epoch, batch);
  }
  result.gradients = average.norms();
  result.loss_nats_per_token = totals.loss_nats / static_cast<double>(totals.target_tokens);
  add_states(result, recorder.points());
  return result;
}

}  // namespace prenorm::probe
