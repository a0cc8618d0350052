// A model's gradients and hidden states on a few batches, with dropout off and without changing anything: the
// quantities that the theory predicts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/runtime_config.h"
#include "prenorm/updates/point_recorder.h"
#include "prenorm/updates/task.h"

namespace prenorm::probe {

// Frobenius norms of a parameter's gradient of the mean loss (nats per target token). The two differ, and the paper
// plots the first (Xiong et al. 2020, section 3.4, figure 3).
struct GradientNorms {
  std::string parameter;
  double norm_of_mean = 0;   // norm of the gradient averaged over the batches, the "expected gradient"
  double mean_of_norms = 0;  // over the batches
};

// Figures of all tokens' states x at one point; d is d_model.
struct StateFigures {
  std::string point;
  double squared_norm_over_d = 0;  // mean of ‖x‖²/d
  // Share of states whose ‖x‖² differs from its mean by more than ε: the δ of Definition 1.
  double share_off_by_10_percent = 0, share_off_by_20_percent = 0;
  double jacobian_scale = 0;  // mean of √d/‖x - mean(x)‖, the spectral norm of a LayerNorm's Jacobian here (Lemma 3)
  double variance = 0;        // mean of the variance of x's elements: ‖x - mean(x)‖²/d
  // Mean cosine of two tokens of a sequence, and of different sequences; NaN if there are no such pairs.
  double cosine = 0, cosine_of_others = 0;
};

// How close attention is to the uniform average that the theory assumes: its entropy over that of the average, 1 for
// the average itself. Rows with only one key are left out.
struct AttentionFigures {
  std::string point;
  double entropy_over_uniform = 0;
};

// The sequences that a stack read, by the name of their embeddings ("source_positions").
struct SequenceFigures {
  std::string point;
  std::vector<double> lengths;  // tokens
};

struct Measurement {
  double loss_nats_per_token = 0;
  std::vector<GradientNorms> gradients;
  std::vector<StateFigures> states;  // in the order of computation
  std::vector<AttentionFigures> attention;
  std::vector<SequenceFigures> sequences;

  // Errors: Error for an unknown name.
  const GradientNorms& gradient(std::string_view parameter) const;
  const StateFigures& state(std::string_view point) const;
};

// Measures the task's first batches.
Measurement measure(updates::Task& task, const RuntimeConfig& runtime, std::int64_t batches);

// Fills in states, attention and sequences.
void add_states(Measurement& measurement, const std::vector<updates::PointRecord>& points);

}  // namespace prenorm::probe
