// Event files, read by a decoder that shares no code with the writer (read_events.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "command_output.h"
#include "training/trainer_fixture.h"

namespace prenorm::runs {
namespace {

namespace fs = std::filesystem;

class TensorBoard : public training::TrainerTest {
 protected:
  void SetUp() override {
    if (std::system("command -v python3 >/dev/null") != 0) GTEST_SKIP() << "there is no python3 to read the files with";
  }
  // The events of all files in the order of their names, as TensorBoard reads them.
  static std::vector<std::vector<nlohmann::json>> events(const fs::path& folder) {
    std::vector<std::vector<nlohmann::json>> files;
    for (const std::string& name : test::names_in(folder)) {
      const std::string command =
          fmt::format("python3 '{}/runs/read_events.py' '{}'", PRENORM_TEST_DIR, (folder / name).string());
      const std::string text = test::output_of(command);
      files.emplace_back();
      for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        files.back().push_back(nlohmann::json::parse(text.substr(at, end - at)));
    }
    return files;
  }
  // What TensorBoard shows of a tag: a START of step s drops what came before of s and later.
  static std::map<std::int64_t, float> curve(const std::vector<std::vector<nlohmann::json>>& files,
                                             const std::string& tag) {
    std::map<std::int64_t, float> points;
    for (const auto& file : files)
      for (const auto& event : file) {
        const std::int64_t step = event["step"];
        if (event.value("session", 0) == 1) points.erase(points.lower_bound(step), points.end());
        if (!event["values"].contains(tag)) continue;
        EXPECT_FALSE(points.contains(step)) << tag << " has two values at " << step;
        points[step] = event["values"][tag];
      }
    return points;
  }
  static std::map<std::int64_t, float> logged(const std::string& type, const std::string& key) {
    std::map<std::int64_t, float> points;
    for (const auto& line : test::metrics_of(path(), type)) points[line["step"]] = line[key];
    return points;
  }
};

TEST_F(TensorBoard, HasEveryLineOfTheLogAndSurvivesAStop) {
  Config config = text_->config();
  config.train.tensorboard = true;
  config.train.observe_every = 4;
  config.train.log_every = 1;
  config.train.noise_scale = NoiseScale::kNorm;
  config.train.max_steps = 7;
  run(config);
  fs::remove_all(path() / "checkpoints/000007");  // as if killed: the events of updates 6 and 7 are there, and undone
  config.train.max_steps = 12;
  app::train(config, runs::RunFolder(path()), app::Start::kResume);
  const auto files = events(path() / "tensorboard");
  ASSERT_EQ(files.size(), 2U);
  for (const auto& file : files) {
    EXPECT_EQ(file[0]["version"], "brain.Event:2");
    EXPECT_EQ(file[1]["session"], 1);
  }
  EXPECT_EQ(files[1][1]["step"], 6);
  const auto loss = curve(files, "update/loss_nats_per_token");
  EXPECT_EQ(loss.size(), 12U);
  EXPECT_EQ(loss, logged("update", "loss_nats_per_token"));
  EXPECT_EQ(curve(files, "update/learning_rate"), logged("update", "learning_rate"));
  EXPECT_EQ(curve(files, "noise_scale/updates"), logged("noise_scale", "updates"));
  std::map<std::int64_t, float> variances;
  for (const auto& line : test::metrics_of(path(), "noise_scale"))
    variances[line["step"]] = line["noise_scale_by_group"]["norm"]["gradient_variance"];
  EXPECT_EQ(curve(files, "noise_scale_by_group/norm/gradient_variance"), variances);
  EXPECT_FALSE(curve(files, "noise_scale_by_group/norm/high_examples").contains(1)) << "one update has no upper bound";
  // Neither has the validation at the end of a run that was then extended.
  EXPECT_EQ(curve(files, "validation/loss_nats_per_token"), logged("validation", "loss_nats_per_token"));
  const auto observation = test::metrics_of(path(), "observation").at(0);
  for (const auto& event : files[0]) {
    if (event["step"] != 1 || !event["values"].contains("weights/embedding.weight")) continue;
    const auto& h = event["values"]["weights/embedding.weight"];
    double sum = 0;
    for (const double count : h["counts"]) sum += count;
    EXPECT_EQ(sum, h["num"]);
    EXPECT_EQ(h["limits"].back(), h["max"]);
    const double norm = observation["weight_norm_l2_by_parameter"]["embedding.weight"];
    EXPECT_NEAR(std::sqrt(h["sum_squares"].get<double>()), norm, 1e-6 * norm);
    return;
  }
  FAIL() << "no histogram of weights";
}

TEST_F(TensorBoard, IsWrittenOnlyWhereItIsAskedFor) {
  Config config = text_->config();
  config.train.max_steps = 2;
  run(config);
  EXPECT_FALSE(fs::exists(path() / "tensorboard"));
}

}  // namespace
}  // namespace prenorm::runs
