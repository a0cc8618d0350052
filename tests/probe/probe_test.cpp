// What a probe asks for and what it comes to.
#include "prenorm/probe/probe.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/app/make_task.h"
#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/probe/findings.h"
#include "prenorm/probe/probe_summary.h"
#include "prenorm/probe/probe_text.h"
#include "small_translator.h"

namespace prenorm::probe {
namespace {

std::unique_ptr<updates::Task> synthetic(const Config& config) { return app::measuring_task(config, {}); }

TEST(Probe, MeasuresEveryKindOfModelAndSeed) {
  const probe::ProbeOptions options{.placements = {NormPlacement::kPostLn, NormPlacement::kPreLn},
                                    .depths = {1, 3},
                                    .widths = {16, 32},
                                    .seeds = 2,
                                    .batches = 1};
  const probe::Probe p = probe(test::small_translator(), options, synthetic);
  ASSERT_EQ(p.models.size(), 8U);
  EXPECT_EQ(p.models[1].model.encoder_layers, 3);
  EXPECT_EQ(p.models[1].model.decoder_layers, 3);
  EXPECT_EQ(p.models[0].model.d_ff, 32) << "in proportion";
  EXPECT_EQ(p.models[7].model.norm_placement, NormPlacement::kPreLn);
  EXPECT_EQ(p.models[7].seeds.size(), 2U);
  EXPECT_NE(p.models[0].seeds[0].loss_nats_per_token, p.models[0].seeds[1].loss_nats_per_token);
  EXPECT_EQ(pre_over_post(p).size(), 4U);
  EXPECT_EQ(fit_exponents(p).size(), 8U);
  const auto json = to_json(p);
  EXPECT_EQ(json["models"].size(), 8U);
  EXPECT_EQ(json["models"][7]["w2_gradients"].size(), 6U);
  EXPECT_NE(report_of(p).find("exponent"), std::string::npos);
}

void expect_same(const Estimate& a, const Estimate& b) {
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.half_width_95, b.half_width_95);
  EXPECT_EQ(a.count, b.count);
}

void expect_same(const ModelSummary& a, const ModelSummary& b) {
  EXPECT_EQ(name_of(a.model), name_of(b.model));
  expect_same(a.loss_nats_per_token, b.loss_nats_per_token);
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    EXPECT_EQ(a.layers[i].stack, b.layers[i].stack);
    EXPECT_EQ(a.layers[i].layer, b.layers[i].layer);
    expect_same(a.layers[i].norm_of_mean, b.layers[i].norm_of_mean);
    expect_same(a.layers[i].mean_of_norms, b.layers[i].mean_of_norms);
    EXPECT_EQ(a.layers[i].predicted_over_last->high, b.layers[i].predicted_over_last->high);
    EXPECT_EQ(a.layers[i].recursion_over_last.value(), b.layers[i].recursion_over_last.value());
  }
  ASSERT_EQ(a.states.size(), b.states.size());
  for (std::size_t i = 0; i < a.states.size(); ++i) {
    EXPECT_EQ(a.states[i].point, b.states[i].point);
    expect_same(a.states[i].squared_norm_over_d, b.states[i].squared_norm_over_d);
    EXPECT_EQ(a.states[i].predicted.has_value(), b.states[i].predicted.has_value());
    EXPECT_EQ(a.states[i].jacobian_scale, b.states[i].jacobian_scale);
    expect_same(a.states[i].cosine, b.states[i].cosine);
    EXPECT_EQ(a.states[i].recursion_cosine, b.states[i].recursion_cosine);
    EXPECT_EQ(a.states[i].recursion_squared_norm_over_d, b.states[i].recursion_squared_norm_over_d);
  }
  ASSERT_EQ(a.recursion_verdicts.size(), 2U);
  ASSERT_EQ(b.recursion_verdicts.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(a.recursion_verdicts[i].verdict, b.recursion_verdicts[i].verdict);
    EXPECT_EQ(a.recursion_verdicts[i].cosine, b.recursion_verdicts[i].cosine);
  }
}

TEST(Probe, IsReadBackAsItWasFound) {
  const probe::ProbeOptions options{
      .placements = {NormPlacement::kPostLn, NormPlacement::kPreLn}, .depths = {1, 2}, .seeds = 2, .batches = 1};
  const probe::Probe p = probe(test::small_translator(), options, synthetic);
  const Findings found = findings_from_json(nlohmann::json(to_json(p)));
  EXPECT_EQ(found.where, p.where);
  EXPECT_EQ(found.batches_of_each_seed, 1);
  ASSERT_EQ(found.models.size(), p.models.size());
  for (std::size_t i = 0; i < p.models.size(); ++i) expect_same(found.models[i], summarize(p.models[i]));
  const std::vector<Fit> fits = fit_exponents(p);
  ASSERT_EQ(found.fits.size(), fits.size());
  for (std::size_t i = 0; i < fits.size(); ++i) {
    EXPECT_EQ(found.fits[i].against, fits[i].against);
    EXPECT_EQ(found.fits[i].placement, fits[i].placement);
    EXPECT_EQ(found.fits[i].other, fits[i].other);
    EXPECT_EQ(found.fits[i].pass(), fits[i].pass());
  }
  ASSERT_EQ(found.ratios.size(), 2U);
  EXPECT_EQ(found.ratios[1].predicted, pre_over_post(p)[1].predicted);
}

TEST(Probe, ReadsNothingElse) {
  EXPECT_THROW(findings_from_json({{"models", nlohmann::json::array()}}), JsonError);
  EXPECT_THROW(findings_from_json(nlohmann::json::array()), JsonError);
}

TEST(Probe, NamesAWidthThatDoesNotFit) {
  EXPECT_THROW(probe(test::small_translator(), {.widths = {15}}, synthetic), UsageError);
}

// In the simplified setting with hand-made numbers: y = 5 L^-0.5 d^0.5.
TEST(ProbeSummary, FitsTheExponentsOfAPowerLaw) {
  probe::Probe p{{}, 1, true, "at initialisation"};
  for (const double d : {64.0, 256.0})
    for (const double layers : {4.0, 16.0}) {
      ModelConfig m;
      m.norm_placement = NormPlacement::kPreLn;
      m.encoder_layers = static_cast<std::int64_t>(layers);
      m.decoder_layers = 0;
      m.d_model = static_cast<std::int64_t>(d);
      probe::Measurement one;
      const std::string last = "encoder.layers." + std::to_string(m.encoder_layers - 1);
      one.gradients.push_back({last + ".feed_forward.down.weight", 0, 5 * std::sqrt(d / layers)});
      one.states.push_back({last + ".feed_forward.output", 2 * layers, 0, 0, 0});
      p.models.push_back({m, {one, one}, false});
    }
  const std::vector<probe::Fit> fits = fit_exponents(p);
  ASSERT_EQ(fits.size(), 4U);
  for (const probe::Fit& f : fits) {
    EXPECT_NEAR(f.exponent.mean, f.against == "layers" ? -0.5 : 0.5, 1e-9);
    EXPECT_NEAR(f.predicted.value(), f.against == "layers" ? -0.5 : 0.5, 1e-9);
    EXPECT_TRUE(f.pass().value());
  }
  probe::Fit off = fits[0];
  off.exponent.mean += 0.11;
  EXPECT_FALSE(off.pass().value());
}

// Means of what the theory says lie where it says: a deep and a wide enough model.
TEST(ProbeSummary, PutsPredictionsBesideStates) {
  Config config = test::small_translator();
  config.model.d_model = config.model.d_ff = 64;
  for (const NormPlacement placement :
       {NormPlacement::kPostLn, NormPlacement::kPreLn, NormPlacement::kPreLnNoFinal, NormPlacement::kSandwichLn}) {
    const probe::Probe p = probe(config, {.placements = {placement}, .seeds = 4, .batches = 1}, synthetic);
    const probe::ModelSummary s = summarize(p.models[0]);
    std::size_t predicted = 0;
    for (const probe::StateSummary& state : s.states)
      if (state.predicted) {
        ++predicted;
        EXPECT_TRUE(state.predicted->contains(state.squared_norm_over_d.mean, 0.15 * state.predicted->high))
            << state.point << " " << state.squared_norm_over_d.mean;
      }
    EXPECT_EQ(predicted, 10U) << "two sublayers in each encoder layer, three in each decoder layer";
    ASSERT_EQ(s.layers.size(), 4U);
    EXPECT_EQ(s.layers[1].over_last, 1);
    EXPECT_EQ(s.layers[3].predicted_over_last.has_value(), placement != NormPlacement::kSandwichLn);
  }
}

}  // namespace
}  // namespace prenorm::probe
