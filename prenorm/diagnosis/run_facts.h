// Figures of a run that the rules of the diagnosis use, each derived once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prenorm/diagnosis/diagnosis.h"
#include "prenorm/diagnosis/evidence.h"

namespace prenorm::diagnosis {

// An update whose loss or gradient norm is many times the median of those before it and of those after it.
struct Outlier {
  std::int64_t step = 0;
  double value = 0, usual = 0;
  std::string of;  // "loss" or "gradient norm"
};

struct RunFacts {
  std::int64_t steps = 0;
  double unigram = 0;      // nats per target token; 0 if unknown
  double first_loss = 0;   // of update 1
  double recent_loss = 0;  // means of the last six lines of the log, nats per target token; 0 if there are none
  double recent_nll = 0;
  double best_nll = 0;  // the lowest mean of six consecutive lines
  bool judged = false;  // far enough to ask whether it has learned anything

  double usual_loss = 0, usual_grad_norm = 0;  // medians of the last updates
  // Median of ‖Δw‖/‖w‖ over the matrices: in the last measured update, and the largest seen.
  double ratio = 0, largest_ratio = 0;
  std::int64_t largest_ratio_step = 0;
  // Upper limit of how far the matrices have moved from their initial values, in units of their norm: the sum of all
  // ratios.
  double movement = 0;
  // Norm now over norm at the first observation: the median over the matrices except the embeddings, and the largest of
  // an embedding.
  double weight_growth = 1, embedding_growth = 1;
  // Size of the embedded tokens at the first observation or a fault of the first update, relative to its expected
  // value: 1 for unit variance.
  double embedding_size = 1;
  std::optional<Outlier> outlier;
};

RunFacts facts_of(const Evidence& evidence);

// Whether a matrix is among what trains.
bool trains_matrices(const Evidence& e);
// Whether a parameter counts where the size of updates is judged: matrices, or everything in a run that trains none.
bool shows_updates(const Evidence& e, std::size_t parameter);

// Rows for human readers: the parameters of each layer taken together.
std::vector<LayerRow> layer_rows(const Evidence& evidence);
// Of an embedded token under this model: RMS that N(0, 1/d) tables and positions give.
double expected_embedding_rms(const ModelConfig& model);

}  // namespace prenorm::diagnosis
