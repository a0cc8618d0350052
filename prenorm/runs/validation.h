// The results of a validation: figures for the log and for results.json.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace prenorm::runs {

// For human readers.
struct Sample {
  std::string source, reference, output;
};

struct Validation {
  double loss_nats_per_token = 0;  // with the label smoothing of training
  double nll_nats_per_token = 0;   // without smoothing
  std::optional<double> bleu;
  std::string bleu_signature;
  std::vector<Sample> samples;
  std::optional<double> bits_per_byte;                 // for the text, if its bytes are counted
  std::vector<std::pair<std::string, double>> scores;  // by name; train.best_metric = "score" uses the first
};

}  // namespace prenorm::runs
