#include "prenorm/decoding/padded_search.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "search_models.h"

namespace prenorm::decoding {
namespace {

using prenorm::testing::pack;
using prenorm::testing::random_sentences;
using prenorm::testing::small_model_config;

constexpr std::int64_t kWords = 13, kBegin = 1, kEnd = 2;

models::Translator untied_model(std::uint64_t seed) {
  ModelConfig config = small_model_config();
  config.tied_embeddings = TiedEmbeddings::kNone;
  models::Translator model(config, kWords, kWords, seed, at::kDouble);
  const at::NoGradGuard no_grad;
  model.parameters().at("output_projection.weight").select(0, kEnd).mul_(2);
  return model;
}

TEST(PaddedBeamSearch, FindsWhatTheCachedSearchFinds) {
  const auto sentences = random_sentences(12, 9, kWords, kEnd);
  std::vector<std::int64_t> max_lengths;
  for (const auto& sentence : sentences) max_lengths.push_back(std::ssize(sentence) + 4);
  for (const std::uint64_t seed : {1, 2})
    for (const auto stop : {StopRule::kBeamFinished, StopRule::kBestPossible})
      for (const std::int64_t beam : {1, 4, 20}) {
        const models::Translator model = untied_model(seed);
        const SearchOptions options{beam, 1.0, beam, stop, kBegin, kEnd};
        const auto padded = padded_beam_search(model, pack(sentences), max_lengths, options);
        const auto cached = beam_search(model, pack(sentences), max_lengths, options);
        ASSERT_EQ(padded.size(), cached.size());
        for (std::size_t i = 0; i < padded.size(); ++i) {
          ASSERT_EQ(padded[i].size(), cached[i].size());
          for (std::size_t j = 0; j < padded[i].size(); ++j) {
            EXPECT_EQ(padded[i][j].ids, cached[i][j].ids);
            EXPECT_NEAR(padded[i][j].log_probability, cached[i][j].log_probability, 1e-11);
            EXPECT_NEAR(padded[i][j].score, cached[i][j].score, 1e-11);
          }
        }
      }
}

TEST(PaddedBeamSearch, NothingInNothingOut) {
  EXPECT_TRUE(padded_beam_search(untied_model(1), batches::PackedSide{}, {}, {1, 1.0, 1, {}, kBegin, kEnd}).empty());
}

}  // namespace
}  // namespace prenorm::decoding
