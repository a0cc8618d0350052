// Laws of the search that hold for any model.
#include "prenorm/decoding/beam_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "enum_values.h"
#include "prenorm/base/error.h"
#include "search_models.h"

namespace prenorm::decoding {
namespace {

using prenorm::testing::pack;
using prenorm::testing::random_sentences;
using prenorm::testing::small_model_config;

constexpr std::int64_t kVocabulary = 13, kStart = 1, kEos = 2;

// Ends its sentences more often than a fresh model would.
models::Translator random_model(std::uint64_t seed, NormPlacement placement = NormPlacement::kPreLn) {
  ModelConfig config = small_model_config();
  config.norm_placement = placement;
  config.tied_embeddings = TiedEmbeddings::kNone;
  models::Translator model(config, kVocabulary, kVocabulary, seed, at::kDouble);
  const at::NoGradGuard no_grad;
  model.parameters().at("output_projection.weight").select(0, kEos).mul_(2);
  return model;
}

SearchOptions options_of(std::int64_t beam, StopRule stop = StopRule::kBeamFinished) {
  return {beam, 1.0, beam, stop, kStart, kEos};
}

void expect_equal(const std::vector<Hypothesis>& a, const std::vector<Hypothesis>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].ids, b[i].ids);
    EXPECT_NEAR(a[i].log_probability, b[i].log_probability, 1e-11);
    EXPECT_NEAR(a[i].score, b[i].score, 1e-11);
  }
}

// log-probabilities of the token after `prefix`, from the whole model without any cache.
std::vector<double> next_log_probabilities(const models::Translator& model, const std::vector<std::int64_t>& source,
                                           const std::vector<std::int64_t>& prefix) {
  const at::NoGradGuard no_grad;
  batches::Batch batch;
  batch.source = pack({source});
  batch.target_input = pack({prefix});
  const at::Tensor row = model.logits(batch, {}).select(0, std::ssize(prefix) - 1);
  std::vector<double> result(row.data_ptr<double>(), row.data_ptr<double>() + row.numel());
  double sum = 0;
  for (const double logit : result) sum += std::exp(logit);
  for (double& value : result) value -= std::log(sum);
  return result;
}

Hypothesis greedy(const models::Translator& model, const std::vector<std::int64_t>& source, std::int64_t max_length) {
  Hypothesis hypothesis;
  std::vector<std::int64_t> prefix{kStart};
  while (hypothesis.ids.empty() || hypothesis.ids.back() != kEos) {
    const auto log_probabilities = next_log_probabilities(model, source, prefix);
    std::int64_t token =
        std::max_element(log_probabilities.begin(), log_probabilities.end()) - log_probabilities.begin();
    if (std::ssize(hypothesis.ids) + 1 == max_length) token = kEos;
    hypothesis.ids.push_back(token);
    hypothesis.log_probability += log_probabilities[token];
    prefix.push_back(token);
  }
  hypothesis.score = hypothesis.log_probability / static_cast<double>(hypothesis.ids.size());
  return hypothesis;
}

TEST(BeamSearch, ABeamOfOneIsGreedySearch) {
  const auto sentences = random_sentences(8, 9, kVocabulary, kEos);
  const std::vector<std::int64_t> max_lengths(sentences.size(), 12);
  bool ended_early = false, ended_late = false;
  for (const auto placement : prenorm::testing::all_values<NormPlacement>())
    for (const std::uint64_t seed : {1, 2, 3}) {
      const models::Translator model = random_model(seed, placement);
      const auto found = beam_search(model, pack(sentences), max_lengths, options_of(1));
      for (std::size_t i = 0; i < sentences.size(); ++i) {
        expect_equal(found[i], {greedy(model, sentences[i], 12)});
        (found[i][0].ids.size() < 12 ? ended_early : ended_late) = true;
      }
    }
  EXPECT_TRUE(ended_early);
  EXPECT_TRUE(ended_late);
}

TEST(BeamSearch, LogProbabilitiesAreTheModelsOwn) {
  const models::Translator model = random_model(4);
  const auto sentences = random_sentences(6, 9, kVocabulary, kEos);
  const auto found = beam_search(model, pack(sentences), std::vector<std::int64_t>(6, 9), options_of(4));
  for (std::size_t i = 0; i < sentences.size(); ++i)
    for (const Hypothesis& hypothesis : found[i]) {
      std::vector<std::int64_t> prefix{kStart};
      double log_probability = 0;
      for (const std::int64_t token : hypothesis.ids) {
        log_probability += next_log_probabilities(model, sentences[i], prefix)[token];
        prefix.push_back(token);
      }
      EXPECT_NEAR(hypothesis.log_probability, log_probability, 1e-11);
    }
}

TEST(BeamSearch, ManySentencesEqualOneAtATimeInAnyOrder) {
  const auto sentences = random_sentences(24, 12, kVocabulary, kEos);
  std::vector<std::int64_t> max_lengths;
  for (const auto& sentence : sentences) max_lengths.push_back(2 * std::ssize(sentence));
  std::vector<std::size_t> order(sentences.size());
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(7);
  shuffle(order, random);
  std::vector<std::vector<std::int64_t>> shuffled;
  std::vector<std::int64_t> shuffled_lengths;
  for (const std::size_t i : order) {
    shuffled.push_back(sentences[i]);
    shuffled_lengths.push_back(max_lengths[i]);
  }
  const models::Translator model = random_model(5);
  for (const auto stop : {StopRule::kBeamFinished, StopRule::kBestPossible})
    for (const std::int64_t beam : {1, 4}) {
      const auto together = beam_search(model, pack(sentences), max_lengths, options_of(beam, stop));
      const auto reordered = beam_search(model, pack(shuffled), shuffled_lengths, options_of(beam, stop));
      for (std::size_t i = 0; i < sentences.size(); ++i) {
        const std::vector<std::int64_t> length{shuffled_lengths[i]};
        expect_equal(beam_search(model, pack({shuffled[i]}), length, options_of(beam, stop))[0], together[order[i]]);
        expect_equal(reordered[i], together[order[i]]);
      }
    }
}

TEST(BeamSearch, ListsAreOrderedWithinLengthAndEndOnce) {
  const auto sentences = random_sentences(20, 8, kVocabulary, kEos);
  std::vector<std::int64_t> max_lengths;
  for (std::int64_t i = 0; i < 20; ++i) max_lengths.push_back(1 + i % 7);
  const models::Translator model = random_model(6);
  for (const auto stop : {StopRule::kBeamFinished, StopRule::kBestPossible}) {
    SearchOptions options = options_of(5, stop);
    const auto all = beam_search(model, pack(sentences), max_lengths, options);
    options.n_best = 2;
    const auto two = beam_search(model, pack(sentences), max_lengths, options);
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      EXPECT_EQ(all[i].size(), max_lengths[i] == 1 ? 1U : 5U);
      for (std::size_t j = 0; j < all[i].size(); ++j) {
        const auto& ids = all[i][j].ids;
        EXPECT_LE(std::ssize(ids), max_lengths[i]);
        EXPECT_EQ(std::find(ids.begin(), ids.end(), kEos), ids.end() - 1);
        EXPECT_LE(all[i][j].score, all[i][j > 0 ? j - 1 : 0].score);
      }
      expect_equal(two[i], {all[i].begin(), all[i].begin() + std::ssize(two[i])});
    }
  }
}

TEST(BeamSearch, GoingOnNeverFindsALowerBestScore) {
  const auto sentences = random_sentences(30, 8, kVocabulary, kEos);
  const std::vector<std::int64_t> max_lengths(sentences.size(), 16);
  const models::Translator model = random_model(8);
  const auto early = beam_search(model, pack(sentences), max_lengths, options_of(3));
  const auto best = beam_search(model, pack(sentences), max_lengths, options_of(3, StopRule::kBestPossible));
  bool differs = false;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    EXPECT_GE(best[i][0].score, early[i][0].score - 1e-12);
    differs |= best[i][2].ids != early[i][2].ids;
  }
  EXPECT_TRUE(differs);
}

TEST(BeamSearch, ABeamWiderThanTheVocabularyAndAnEndAtOnce) {
  const models::Translator model = random_model(9);
  const std::vector<std::int64_t> one{1}, two{2};
  const auto forced = beam_search(model, pack({{kEos}}), one, options_of(50));
  ASSERT_EQ(forced[0].size(), 1U);
  EXPECT_EQ(forced[0][0].ids, std::vector<std::int64_t>{kEos});
  EXPECT_EQ(beam_search(model, pack({{kEos}}), two, options_of(50))[0].size(), static_cast<std::size_t>(kVocabulary));
}

TEST(BeamSearch, RecordsNoGradient) {
  const models::Translator model = random_model(9);
  const std::vector<std::int64_t> length{5};
  beam_search(model, pack({{3, kEos}}), length, options_of(2));
  EXPECT_FALSE(model.parameters().gradients().count_nonzero().item<std::int64_t>());
  EXPECT_TRUE(at::GradMode::is_enabled());
}

TEST(BeamSearch, NothingInNothingOut) {
  EXPECT_TRUE(beam_search(random_model(1), batches::PackedSide{}, {}, options_of(2)).empty());
}

TEST(BeamSearch, RefusesWhatCannotBeSearched) {
  const models::Translator model = random_model(1);
  const std::vector<std::int64_t> none{0}, one{1}, two{1, 1};
  EXPECT_THROW(beam_search(model, pack({{kEos}}), none, options_of(1)), UsageError);
  EXPECT_THROW(beam_search(model, pack({{kEos}}), two, options_of(1)), UsageError);
  EXPECT_THROW(beam_search(model, pack({{}}), one, options_of(1)), UsageError);
  EXPECT_THROW(beam_search(model, pack({{kEos}}), one, options_of(0)), UsageError);
}

TEST(BeamSearch, SaysThatAModelIsBroken) {
  models::Translator model = random_model(1);
  model.parameters().values().fill_(std::numeric_limits<double>::quiet_NaN());
  const std::vector<std::int64_t> length{5};
  EXPECT_THROW(beam_search(model, pack({{kEos}}), length, options_of(2)), NumericsError);
}

}  // namespace
}  // namespace prenorm::decoding
