// The demo: one small model trained three ways on the same batches at the same peak learning rate, so that the effect
// of LN placement on warm-up is visible within minutes (Xiong et al. 2020, Figures 2 and 4 on a small scale).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/updates/task.h"

namespace prenorm::demo {

struct DemoText {
  std::string train_source, train_target, valid_source, valid_target;
};

struct DemoOptions {
  DemoText text;
  std::filesystem::path output;  // folder of the three runs
  std::int64_t steps = 0;        // updates of each run; 0 = as many as fit into `minutes`, measured before the first
  double minutes = 5;            // for the three runs together
};

// One of the three runs.
struct DemoRun {
  std::string name;  // "Pre-LN, no warm-up"
  Config config;
  std::filesystem::path folder;
  std::vector<double> loss_steps, losses;         // training, nats per target token, averaged between the points
  std::vector<double> valid_steps, valid_losses;  // validation
  std::map<std::string, double> gradient_norms;   // by parameter, at update 1
  double valid_loss = 0, bleu = 0, training_seconds = 0;
  std::string bleu_signature;
  std::vector<runs::Sample> samples;
  bool diverged = false;  // stopped because loss or gradient went out of range
};

struct DemoResult {
  std::int64_t steps = 0;
  std::vector<DemoRun> runs;
};

// The configuration of the demo's model, without text and placement.
Config demo_config();

// Errors: those of app::train, except that a diverged run is a result.
DemoResult train_three_ways(const DemoOptions& options);

}  // namespace prenorm::demo
