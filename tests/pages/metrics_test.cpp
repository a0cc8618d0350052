#include "prenorm/pages/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "files/temporary_folder.h"
#include "pages/made_runs.h"

namespace prenorm::pages {
namespace {

using test::append;
using test::update_line;
using Values = std::vector<double>;

class Metrics : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "metrics.jsonl";
  MetricsReader reader_{path_};
};

TEST_F(Metrics, AreReadAsColumns) {
  test::make_run(folder_.path());
  EXPECT_TRUE(reader_.update());
  const RunMetrics& m = reader_.metrics();
  EXPECT_EQ(m.steps, (Values{1, 10, 20}));
  EXPECT_EQ(m.losses, (Values{8, 5, 3}));
  EXPECT_EQ(m.learning_rates, (Values{0.001, 0.001, 0.001}));
  EXPECT_EQ(m.gradient_norms, (Values{2, 2, 2}));
  EXPECT_EQ(m.validation_losses, (Values{5.5, 3}));
  EXPECT_EQ(m.seconds, 2);
  EXPECT_EQ(m.last_step(), 20);
  ASSERT_EQ(m.observations.size(), 2U);
  // √(1.8² + 2.4²) = 3; the embedding is of no layer.
  EXPECT_DOUBLE_EQ(m.observations[1].norms.at({Stack::kEncoder, 0}), 3);
  EXPECT_DOUBLE_EQ(m.observations[1].norms.at({Stack::kDecoder, 0}), 4);
  EXPECT_EQ(m.observations[1].norms.size(), 2U);
  EXPECT_EQ(m.first_gradients.at("embedding.weight"), 9);
  EXPECT_EQ(name_of({Stack::kDecoder, 2}), "decoder 3");
}

TEST_F(Metrics, ScoresAreColumnsByName) {
  const auto line = [](int step, const std::string& scores) {
    return fmt::format("{{\"type\":\"validation\",\"step\":{},\"loss_nats_per_token\":1,\"scores\":{}}}\n", step,
                       scores);
  };
  append(path_, line(10, R"([{"name":"accuracy","value":0.5},{"name":"f1","value":0.25}])"));
  append(path_, line(20, R"([{"name":"accuracy","value":0.75},{"name":"f1","value":null}])"));
  append(path_, line(20, R"([{"name":"accuracy","value":0.75}])"));
  append(path_, line(30, "7"));
  EXPECT_TRUE(reader_.update());
  const auto& scores = reader_.metrics().scores;
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_EQ(scores.at("accuracy").steps, (Values{10, 20})) << "a second line of an update says the same again";
  EXPECT_EQ(scores.at("accuracy").values, (Values{0.5, 0.75}));
  EXPECT_EQ(scores.at("f1").steps, (Values{10}));
  EXPECT_EQ(reader_.metrics().validation_steps, (Values{10, 20, 30}));
  EXPECT_EQ(reader_.bad_lines(), 0);
}

TEST_F(Metrics, GrowWithoutReadingAgain) {
  append(path_, update_line(1, 8));
  EXPECT_TRUE(reader_.update());
  EXPECT_FALSE(reader_.update());
  append(path_, update_line(2, 7) + update_line(3, 6).substr(0, 20));
  EXPECT_TRUE(reader_.update());
  EXPECT_EQ(reader_.metrics().steps, (Values{1, 2}));
  EXPECT_TRUE(reader_.ends_in_half_line());
  append(path_, update_line(3, 6).substr(20));
  EXPECT_TRUE(reader_.update());
  EXPECT_EQ(reader_.metrics().losses, (Values{8, 7, 6}));
  EXPECT_FALSE(reader_.ends_in_half_line());
  EXPECT_EQ(reader_.bad_lines(), 0);
}

TEST_F(Metrics, OfAFileThatWasCutReplacedOrWrittenOverAreReadAnew) {
  append(path_, update_line(1, 8) + update_line(2, 7));
  reader_.update();
  std::filesystem::resize_file(path_, update_line(1, 8).size());
  EXPECT_TRUE(reader_.update());
  EXPECT_EQ(reader_.metrics().steps, (Values{1}));
  write_file_atomically(path_, update_line(5, 1) + update_line(6, 1) + update_line(7, 1));
  EXPECT_TRUE(reader_.update());
  EXPECT_EQ(reader_.metrics().steps, (Values{5, 6, 7}));
  // In place, and longer than before: only its content tells.
  std::ofstream(path_, std::ios::binary) << update_line(1, 9) + update_line(2, 9) + update_line(3, 9) +
                                                update_line(4, 9);
  EXPECT_TRUE(reader_.update());
  EXPECT_EQ(reader_.metrics().losses, (Values{9, 9, 9, 9}));
}

TEST_F(Metrics, OfAFileThatComesAndGoes) {
  EXPECT_FALSE(reader_.update());
  EXPECT_FALSE(reader_.exists());
  append(path_, update_line(1, 8));
  EXPECT_TRUE(reader_.update());
  std::filesystem::remove(path_);
  EXPECT_TRUE(reader_.update());
  EXPECT_FALSE(reader_.exists());
  EXPECT_TRUE(reader_.metrics().steps.empty());
}

TEST_F(Metrics, LeaveOutLinesThatAreNone) {
  append(path_, update_line(1, 8) + "garbage\n[]\n{\"type\":1}\n{\"step\":3}\n" + std::string(3, '\0') + "\n" +
                    "{\"type\":\"update\",\"step\":2,\"loss_nats_per_token\":null}\n{\"type\":\"new\",\"step\":9}\n");
  reader_.update();
  EXPECT_EQ(reader_.bad_lines(), 5);
  EXPECT_EQ(reader_.metrics().steps, (Values{1, 2}));
  EXPECT_TRUE(std::isnan(reader_.metrics().losses[1]));
}

TEST_F(Metrics, TakeALineOfManyMegabytes) {
  append(path_, "{\"type\":\"new\",\"step\":1,\"text\":\"" + std::string(9 << 20, 'x') + "\"}\n" + update_line(2, 7));
  reader_.update();
  EXPECT_EQ(reader_.bad_lines(), 0);
  EXPECT_EQ(reader_.metrics().steps, (Values{2}));
}

TEST_F(Metrics, OfAFolderInTheirPlaceAreNone) {
  std::filesystem::create_directory(path_);
  EXPECT_FALSE(reader_.update());
  EXPECT_FALSE(reader_.exists());
}

}  // namespace
}  // namespace prenorm::pages
