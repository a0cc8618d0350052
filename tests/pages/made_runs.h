// Run folders that tests write themselves, without training.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "prenorm/files/file.h"

namespace prenorm::test {

inline std::string update_line(int step, double loss) {
  return fmt::format(
      "{{\"type\":\"update\",\"step\":{},\"loss_nats_per_token\":{},\"learning_rate\":0.001,\"grad_norm_l2_preclip\":2,"
      "\"seconds\":{}}}\n",
      step, loss, step / 10.0);
}

inline std::string validation_line(int step, double loss) {
  return fmt::format("{{\"type\":\"validation\",\"step\":{},\"loss_nats_per_token\":{}}}\n", step, loss);
}

inline std::string observation_line(int step, double encoder, double decoder) {
  return fmt::format(
      "{{\"type\":\"observation\",\"step\":{},\"grad_norm_l2_by_parameter\":{{\"embedding.weight\":9,"
      "\"encoder.layers.0.feed_forward.down.weight\":{},\"encoder.layers.0.feed_forward.down.bias\":{},"
      "\"decoder.layers.0.feed_forward.down.weight\":{}}},\"rms_by_point\":{{}}}}\n",
      step, 0.6 * encoder, 0.8 * encoder, decoder);
}

inline void append(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

struct MadeRun {
  std::string placement = "pre_ln";
  double lr = 0.001;
  int warmup = 0, seed = 1;
  double loss = 3;
  bool finished = true, diverged = false;
};

inline std::string made_results(const MadeRun& run) {
  const std::string head =
      fmt::format("{{\"stopped_by\":\"{}\",\"updates\":20,\"epochs\":1,\"target_tokens\":9,\"training_seconds\":2.5",
                  run.diverged ? "divergence" : "train.max_steps");
  if (run.diverged) return head + ",\"diverged_because\":\"the loss is not finite\"}";
  return head + fmt::format(
                    ",\"last\":{{\"loss_nats_per_token\":{},\"nll_nats_per_token\":1,\"bleu\":12.5,\"bleu_signature\":"
                    "\"s\",\"samples\":[{{\"source\":\"Hund\",\"reference\":\"dog\",\"output\":\"a dog\"}}]}}}}",
                    run.loss);
}

inline void make_run(const std::filesystem::path& folder, const MadeRun& run = {}) {
  std::filesystem::create_directories(folder);
  write_file_atomically(
      folder / "config.toml",
      fmt::format("[model]\nnorm_placement = \"{}\"\nencoder_layers = 1\ndecoder_layers = 1\n[optim]\n"
                  "lr = {}\n[schedule]\nwarmup_steps = {}\n[train]\nseed = {}\n",
                  run.placement, run.lr, run.warmup, run.seed));
  write_file_atomically(folder / "metrics.jsonl", observation_line(1, 1, 2) + update_line(1, 8) + update_line(10, 5) +
                                                      validation_line(10, 5.5) + observation_line(10, 3, 4) +
                                                      update_line(20, run.loss) + validation_line(20, run.loss));
  if (run.finished) write_file_atomically(folder / "results.json", made_results(run));
}

}  // namespace prenorm::test
