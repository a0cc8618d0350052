// What a validation measured: numbers of the log and of results.json.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace prenorm::runs {

// For people to read.
struct Sample {
  std::string source, reference, output;
};

struct Validation {
  double loss_nats_per_token = 0;  // with the label smoothing of training
  double nll_nats_per_token = 0;   // without
  std::optional<double> bleu;
  std::string bleu_signature;
  std::vector<Sample> samples;
  std::optional<double> bits_per_byte;                 // of the text, where its bytes are counted
  std::vector<std::pair<std::string, double>> scores;  // by name; train.best_metric = "score" goes by the first
};

}  // namespace prenorm::runs
