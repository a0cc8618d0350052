#include "prenorm/probe/noise_probe.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "prenorm/app/trained_task.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/probe/probe_text.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/updates/batch_moments.h"
#include "prenorm/updates/updater.h"

namespace prenorm::probe {
namespace {

using updates::ExampleSquares;

// Moments of two batches and of both as one. `sums`: ‖Σ_b s_b‖² of both, in the order of first.parameters.
struct LargeBatch {
  const ExampleSquares &first, &second;
  const std::vector<double>& sums;
  const std::vector<nn::Parameter>& trained;

  noise::BatchMoments by_example() const {
    ExampleSquares both = first;
    both.examples += second.examples;
    both.target_tokens += second.target_tokens;
    for (std::size_t i = 0; i < both.square_sums.size(); ++i) both.square_sums[i] += second.square_sums[i];
    both.sum_squares = sums;
    return batch_moments(both, trained);
  }
  // Exact only if the examples of both halves are drawn alike.
  noise::BatchMoments two_batch() const {
    noise::BatchMoments batch = by_example();
    const auto first_size = static_cast<double>(first.examples), second_size = static_cast<double>(second.examples),
               tokens = static_cast<double>(batch.target_tokens);
    const double small = 2 / (1 / first_size + 1 / second_size);
    for (std::size_t i = 0; i < batch.parameters.size(); ++i)
      batch.parameters[i].moments = noise::moments_of((first.batch_square(i) + second.batch_square(i)) / 2, small,
                                                      sums[i] / (tokens * tokens), first_size + second_size);
    return batch;
  }
};

class PairReader {
 public:
  PairReader(app::TrainedTask& trained, NoiseProbe& probe)
      : task_(*trained.task), updater_(trained.config, task_), epoch_(probe.epoch), batch_(probe.batch) {}

  void add_pair(noise::Tracker& by_example, noise::Tracker& two_batch) {
    const ExampleSquares first = next();
    const at::Tensor gradient = parameters().gradients().clone();
    const ExampleSquares second = next();
    const at::NoGradGuard no_grad;
    parameters().gradients().add_(gradient);
    std::vector<double> sums;
    for (const std::int64_t place : first.parameters) {
      const double norm = optim::l2_norm(parameters().trained()[static_cast<std::size_t>(place)].value.grad());
      sums.push_back(norm * norm);
    }
    if (first.examples == 0 || second.examples == 0) return;
    const LargeBatch large{first, second, sums, parameters().trained()};
    const auto before = static_cast<double>(by_example.updates());
    by_example.add(NoiseScale::kAll, large.by_example(), before / (before + 1));
    two_batch.add(NoiseScale::kAll, large.two_batch(), before / (before + 1));
  }

 private:
  nn::Parameters& parameters() { return task_.parameters(); }
  ExampleSquares next() {
    const updates::Update update = updater_.gradient({{epoch_, batch_, nn::Context{}}}, {}, NoiseScale::kAll);
    task_.advance(epoch_, batch_);
    return update.example_squares.value();
  }

  updates::Task& task_;
  updates::Updater updater_;
  std::int64_t epoch_, batch_;
};

// Where training would have continued; from the first batch on if the checkpoint is a mean of others or of another
// text.
std::pair<std::int64_t, std::int64_t> next_batch(const app::TrainedTask& trained) {
  const runs::TrainerState state = runs::load_state(trained.checkpoint);
  if (state.data != trained.task->data_key() || state.batch >= trained.task->batches_in_epoch(state.epoch)) return {};
  return {state.epoch, state.batch};
}

void warn_of_repeated_examples(updates::Task& task, const NoiseProbe& probe) {
  const std::int64_t in_epoch = task.batches_in_epoch(probe.epoch);
  if (probe.batches > in_epoch)
    warn(
        fmt::format("{} batches are more than the {} of an epoch and hold examples twice, so that their noise looks "
                    "smaller and its intervals narrower than they are; fewer --batches do not",
                    probe.batches, in_epoch));
}

NoiseEstimates estimates_of(const noise::Tracker& tracker) {
  return {noise::noise_of(tracker.groups()), noise::noise_of(tracker.layers())};
}

}  // namespace

NoiseProbe probe_noise_scale(const runs::RunFolder& run, const std::string& which, std::int64_t batches) {
  if (batches < 4 || batches % 2 != 0)
    throw_error<UsageError>("--noise-scale compares batches with pairs of them and needs an even number of at least 4");
  app::TrainedTask trained = app::trained_task(run, which);
  NoiseProbe probe;
  probe.model = name_of(model_of_task(trained.config));
  probe.checkpoint = trained.checkpoint.string();
  std::tie(probe.epoch, probe.batch) = next_batch(trained);
  probe.batches = batches;
  warn_of_repeated_examples(*trained.task, probe);
  noise::Tracker by_example, two_batch;
  PairReader reader(trained, probe);
  Progress progress("batches", batches);
  for (std::int64_t done = 2; done <= batches; done += 2) {
    reader.add_pair(by_example, two_batch);
    progress.update(done, probe.model);
  }
  if (by_example.updates() == 0)
    throw_error<UsageError>("{}: no two batches have two examples together, which the noise scale needs",
                            run.path().string());
  probe.large_batches = by_example.updates();
  probe.examples = by_example.examples();
  probe.target_tokens_per_example = by_example.target_tokens_per_example();
  probe.by_example = estimates_of(by_example);
  probe.two_batch = estimates_of(two_batch);
  return probe;
}

}  // namespace prenorm::probe
