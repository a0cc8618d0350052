// A small causal language model of characters in training, with the gradients of single examples measured at every
// update. It is trained by the trainer's own arithmetic (updates/updater.h), so that what it measures is what
// `train.noise_scale` logs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/papers/noise_scale/series.h"
#include "prenorm/papers/real_data/characters.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/tasks/causal_lm_task.h"
#include "prenorm/updates/updater.h"

namespace prenorm::papers::noise_scale {

inline constexpr std::int64_t kSequenceTokens = 64;

struct Model {
  NormPlacement placement = NormPlacement::kPreLn;
  std::uint64_t seed = 1;
  double rate = 2e-3;
  std::int64_t batches = 8;                     // of an update
  std::int64_t batch_sequences = 8;             // of a batch
  std::int64_t ramp_from = 0, ramp_tokens = 0;  // see BatchConfig
  std::int64_t decay_tokens = 0;                // at which a linear decay reaches a tenth of the rate; 0 = constant

  std::string name() const;  // everything that a run depends on, except its length
};

class CharacterRun {
 public:
  CharacterRun(const Model& model, const real_data::Characters& text);

  // Trains on, until `tokens` target tokens more have been seen.
  Series train(std::int64_t tokens);
  // Measures the gradients of `updates` updates without making them; only the place in the data moves.
  Series measure(std::int64_t updates);
  // The squared gradients of the next update's examples, by parameter.
  updates::ExampleSquares example_squares() { return *updater_.compute(state_).example_squares; }

  // A branch that starts from here, with another rate and other numbers of batches.
  void set_rate(double rate) { config_.optim.lr = rate; }
  void set_batches(std::int64_t batches) { config_.batch.accumulate = batches; }
  const models::CausalLm& model() const { return task_.model(); }
  nn::Parameters& parameters() { return task_.parameters(); }

  // What a branch has to restore.
  struct State {
    at::Tensor values;
    std::vector<at::Tensor> optimizer;
    std::int64_t updates = 0;
    runs::TrainerState trainer;
  };
  State state() const;
  void restore(const State& state);

 private:
  void add(const updates::Update& update, Series& series) const;

  Config config_;
  tasks::CausalLmTask task_;
  updates::Updater updater_;
  runs::TrainerState state_;
};

}  // namespace prenorm::papers::noise_scale
