// Long runs: our kernels train as well as ATen's operators, and memory does not grow.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "prenorm/app/train.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/tasks/synthetic_task.h"
#include "prenorm/updates/share_workers.h"
#include "test_seed.h"
#include "training/tiny_run.h"

namespace prenorm::updates {
namespace {

// The mean loss of the last 100 of 500 updates.
double loss_of_run(bool fused, std::uint64_t seed) {
  const test::TinyText text;
  Config config = text.config();
  config.runtime.fused = fused;
  config.train.seed = static_cast<std::int64_t>(test::test_seed(seed));
  config.train.max_steps = 500;
  config.train.valid_every = config.train.checkpoint_every = 1000;
  config.model.dropout = config.model.attention_dropout = 0.1;
  config.data.valid_source = config.data.valid_target = "";
  app::train(config, runs::RunFolder(text / "run"), app::Start::kNew);
  double sum = 0;
  int count = 0;
  for (const auto& line : test::metrics_of(text / "run", "update"))
    if (line["step"] > 400) {
      sum += line["loss_nats_per_token"].get<double>();
      ++count;
    }
  return sum / count;
}

TEST(SlowFusedPath, FiveHundredUpdatesEndWhereTheCompositePathDoes) {
  be_quiet(true);
  std::vector<double> fused, composite;
  for (const std::uint64_t seed : {1, 2, 3}) {
    fused.push_back(loss_of_run(true, seed));
    composite.push_back(loss_of_run(false, seed));
  }
  ops::set_kernels_enabled(true);
  const auto [least, most] = std::minmax_element(composite.begin(), composite.end());
  const double spread = *most - *least;
  EXPECT_GT(spread, 0);
  // 44 pairs at 2 levels differed by 0.003 at most, 0.15 of the spread. With other dropout masks they would differ by
  // about the spread.
  for (std::size_t i = 0; i < fused.size(); ++i)
    EXPECT_LT(std::abs(fused[i] - composite[i]), spread)
        << "seed " << i + 1 << ": " << fused[i] << ", " << composite[i];
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4096 / (1 << 20);
}

TEST(SlowMemory, DoesNotGrowOverTwoThousandUpdatesOfVaryingShapes) {
  Config config;
  config.tokenizer.vocab_size = 200;
  config.batch.max_tokens = 150;
  config.model.encoder_layers = config.model.decoder_layers = 2;
  config.model.d_model = 64;
  config.model.d_ff = 128;
  config.runtime = {.threads = 2, .workers = 2, .share_tokens = 60};
  tasks::SyntheticTask task(config, {});
  updates::ShareWorkers workers(task, config.runtime);
  optim::Optimizer optimizer(config.optim, task.parameters().values(), task.parameters().gradients());
  double settled = 0;
  for (std::int64_t step = 0; step < 2000; ++step) {
    workers.clear();
    workers.add_gradients(0, step, {.training = true, .key = mix_key({static_cast<std::uint64_t>(step)})});
    workers.sum_and_norm();
    optimizer.step(1e-4, 1e-2);
    if (step == 300) settled = resident_mib();
  }
  EXPECT_LT(resident_mib() - settled, 8) << "from " << settled << " MiB";
}

}  // namespace
}  // namespace prenorm::updates
