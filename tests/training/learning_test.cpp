// Trained models can do their task.
#include <gtest/gtest.h>

#include "enum_values.h"
#include "prenorm/app/train.h"
#include "prenorm/machine/terminal.h"
#include "test_seed.h"
#include "training/tiny_run.h"

namespace prenorm::training {
namespace {

// Pre-LN at full rate from update 1, without dropout, and validated on its training text.
TEST(Learning, TurnsSentencesRound) {
  be_quiet(true);
  const test::TemporaryFolder folder;
  test::write_tiny_text(folder / "train.src", folder / "train.tgt", 400, 1, 6);
  test::write_tiny_text(folder / "valid.src", folder / "valid.tgt", 40, 1, 6);  // the first lines of the same text
  Config config = test::tiny_config(folder.path());
  config.model.d_model = 32;
  config.model.d_ff = 64;
  config.train.seed = static_cast<std::int64_t>(test::test_seed(1));
  config.model.dropout = 0;
  config.optim.lr = 5e-3;
  config.schedule.warmup_steps = 0;
  config.batch.max_tokens = 400;
  config.train.max_steps = 300;
  config.train.valid_every = 1000;
  config.train.checkpoint_every = 1000;
  config.train.log_every = 10;
  const runs::TrainingResult result = app::train(config, runs::RunFolder(folder / "run"), app::Start::kNew);
  const auto lines = test::metrics_of(folder / "run", "update");
  const double first = lines.front()["nll_nats_per_token"], last = lines.back()["nll_nats_per_token"];
  // 5 seeds at 3 vector levels gave 0.03 to 0.07 of the first loss and BLEU 73 to 100; without learning it is 1 and 0.
  EXPECT_LT(last, 0.4 * first);
  EXPECT_GT(*result.last_validation->bleu, 50);
  RecordProperty("nll_first", std::to_string(first));
  RecordProperty("nll_last", std::to_string(last));
  RecordProperty("bleu", std::to_string(*result.last_validation->bleu));
}

// Two layers per stack.
TEST(Learning, TheLossFallsForEveryPlacementAndNorm) {
  be_quiet(true);
  const test::TinyText text;
  for (const auto& norm_case : prenorm::testing::norm_cases()) {
    SCOPED_TRACE(norm_case.name());
    Config config = text.config();
    norm_case.apply_to(config.model);
    config.model.encoder_layers = config.model.decoder_layers = 2;
    config.data.valid_source = config.data.valid_target = "";
    config.train.seed = static_cast<std::int64_t>(test::test_seed(1));
    config.optim.lr = 3e-3;
    config.schedule.warmup_steps = 10;
    config.train.max_steps = 40;
    config.train.log_every = 10;
    app::train(config, runs::RunFolder(text / "run"), app::Start::kNew);
    const auto lines = test::metrics_of(text / "run", "update");
    const double first = lines.front()["nll_nats_per_token"], last = lines.back()["nll_nats_per_token"];
    // With other seeds and levels it falls by 0.68 or more. A model that learns nothing keeps its initial loss.
    EXPECT_LT(last, first - 0.4);
    std::filesystem::remove_all(text / "run");
  }
}

}  // namespace
}  // namespace prenorm::training
