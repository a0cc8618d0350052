// Beam search against an independent one (tests/oracle/beam_search.py) and against all hypotheses there are.
#include <gtest/gtest.h>

#include "prenorm/decoding/beam_search.h"
#include "search_models.h"

namespace prenorm::decoding {
namespace {

using prenorm::testing::golden;
using prenorm::testing::integers;
using prenorm::testing::RecordedModel;

// "beam.max_length_4.beam_3.penalty_0.6.ids"
double number_after(const std::string& name, const std::string& key) {
  return std::stod(name.substr(name.find(key) + key.size()));
}

void expect_equal(const std::vector<std::vector<Hypothesis>>& found, const io::TensorFile& file,
                  const std::string& setting, double tolerance) {
  const auto ids = integers(file.at(setting + ".ids")), offsets = integers(file.at(setting + ".offsets"));
  const at::Tensor log_probs = file.at(setting + ".log_probs").contiguous(),
                   scores = file.at(setting + ".scores").contiguous();
  std::int64_t i = 0;
  for (const auto& n_best : found) {
    ASSERT_EQ(std::ssize(n_best), scores.size(1));
    for (const Hypothesis& hypothesis : n_best) {
      const std::vector<std::int64_t> expected(ids.begin() + offsets[i], ids.begin() + offsets[i + 1]);
      EXPECT_EQ(hypothesis.ids, expected);
      EXPECT_NEAR(hypothesis.log_probability, log_probs.data_ptr<double>()[i], tolerance);
      EXPECT_NEAR(hypothesis.score, scores.data_ptr<double>()[i], tolerance);
      ++i;
    }
  }
  EXPECT_EQ(i, scores.numel());
}

std::vector<std::string> settings(const io::TensorFile& file, const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(kind) && name.ends_with(".ids")) names.push_back(name.substr(0, name.size() - 4));
  return names;
}

struct Precision {
  at::ScalarType dtype;
  double tolerance;
};
constexpr Precision kPrecisions[] = {{at::kDouble, 1e-9}, {at::kFloat, 1e-5}};

TEST(BeamSearchOracle, FindsTheRecordedHypotheses) {
  const io::TensorFile file = golden("beam_search");
  const std::vector<std::string> names = settings(file, "beam.");
  EXPECT_EQ(names.size(), 18U);
  for (const auto& [dtype, tolerance] : kPrecisions) {
    const RecordedModel recorded(dtype);
    for (const std::string& name : names) {
      SCOPED_TRACE(name);
      const auto beam = static_cast<std::int64_t>(number_after(name, ".beam_"));
      const std::vector<std::int64_t> max_lengths(4, static_cast<std::int64_t>(number_after(name, "max_length_")));
      const SearchOptions options{
          beam, number_after(name, "penalty_"), beam, StopRule::kBestPossible, recorded.start, recorded.eos};
      expect_equal(beam_search(recorded.model, recorded.sources, max_lengths, options), file, name, tolerance);
    }
  }
}

TEST(BeamSearchOracle, AWideBeamFindsTheBestOfAllHypotheses) {
  const io::TensorFile file = golden("beam_search");
  const std::vector<std::string> names = settings(file, "exhaustive.max_length_3");
  EXPECT_EQ(names.size(), 3U);
  constexpr std::int64_t kPrunesNothing = RecordedModel::kVocabulary * (RecordedModel::kVocabulary - 1);
  for (const auto& [dtype, tolerance] : kPrecisions) {
    const RecordedModel recorded(dtype);
    for (const std::string& name : names) {
      SCOPED_TRACE(name);
      const std::vector<std::int64_t> max_lengths(4, 3);
      const SearchOptions options{
          kPrunesNothing, number_after(name, "penalty_"), 5, StopRule::kBestPossible, recorded.start, recorded.eos};
      expect_equal(beam_search(recorded.model, recorded.sources, max_lengths, options), file, name, tolerance);
    }
  }
}

// Four tokens make 10,648 unfinished hypotheses, too many for a unit test: a beam of 300 is wide enough here.
TEST(BeamSearchOracle, AFairlyWideBeamFindsTheBestOfAllLongerHypotheses) {
  const io::TensorFile file = golden("beam_search");
  const RecordedModel recorded(at::kDouble);
  for (const std::string& name : settings(file, "exhaustive.max_length_4")) {
    SCOPED_TRACE(name);
    const std::vector<std::int64_t> max_lengths(4, 4);
    const SearchOptions options{300,         number_after(name, "penalty_"), 5, StopRule::kBestPossible, recorded.start,
                                recorded.eos};
    expect_equal(beam_search(recorded.model, recorded.sources, max_lengths, options), file, name, 1e-9);
  }
}

}  // namespace
}  // namespace prenorm::decoding
