// Short runs of a task with a fault, under each policy of train.on_fault.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "prenorm/training/trainer.h"
#include "training/broken_task.h"
#include "training/trainer_fixture.h"

namespace prenorm::training {

inline double infinite_at(const std::set<std::int64_t>& batches, std::int64_t batch) {
  return batches.contains(batch) ? std::numeric_limits<double>::infinity() : 1.0;
}

class FaultTest : public TrainerTest {
 protected:
  static Config fault_config(OnFault on_fault, std::int64_t workers = 1) {
    Config config = text_->config();
    config.train.on_fault = on_fault;
    config.train.max_steps = 16;
    config.train.log_every = 3;
    config.runtime.threads = config.runtime.workers = workers;
    config.runtime.share_tokens = 40;
    return config;
  }

  // Starts a run, or resumes it from its newest checkpoint.
  static runs::TrainingResult train(const Config& config, const std::string& name, Breakage how) {
    const std::filesystem::path prepared = *text_ / "prepared";
    const runs::Tokenizers tokenizers = app::make_tokenizers(config, prepared);
    BrokenTask task(config, tokenizers, prepared, std::move(how));
    const runs::RunFolder folder(path(name));
    const bool started = folder.exists();
    if (!started) folder.create(config, tokenizers);
    Trainer trainer(config, task, folder);
    if (started) trainer.resume();
    return trainer.run();
  }

  static Breakage infinite(std::set<std::int64_t> batches) {
    return {.loss_factor = [batches](std::int64_t batch) { return infinite_at(batches, batch); }};
  }
};

}  // namespace prenorm::training
