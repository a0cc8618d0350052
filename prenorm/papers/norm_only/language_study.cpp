#include "prenorm/papers/norm_only/language_study.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/files/read_lines.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr std::size_t kTrainingCharacters = 1'000'000, kValidationCharacters = 16'385;

// The best rates of a short search, see docs/papers/norm-only.md.
double rate_of(Trained trained) { return trained == Trained::kAll ? 0.003 : 0.1; }

}  // namespace

std::vector<LanguageWidth> study_language(const Setting& s, const Cells& cells) {
  const Characters training(read_lines(real_data::file(kTrainingText)), kTrainingCharacters);
  const Characters validation(read_lines(real_data::file(kValidationText)), kValidationCharacters);
  std::vector<LanguageRun> runs;
  std::vector<std::string> names;
  for (auto width = s.language_widths.rbegin(); width != s.language_widths.rend(); ++width)  // the slowest first
    for (const Trained trained : kTrained)
      for (std::int64_t seed = 1; seed <= s.seeds; ++seed) {
        runs.push_back({trained, *width, s.language_updates, rate_of(trained), static_cast<std::uint64_t>(seed)});
        names.push_back(fmt::format("characters, {}, d_model {}, {} updates, rate {}, seed {}", name_of(trained),
                                    *width, s.language_updates, rate_of(trained), seed));
      }
  const auto values = cells.get_all("language models", names, CellThreads::kOneEach, [&](std::size_t i) {
    const LanguageOutcome outcome = train_language(runs[i], training, validation);
    return nlohmann::json(numbers_to_json({outcome.loss_nats_per_character, outcome.trained_parameters}));
  });
  std::vector<LanguageWidth> all;
  for (const std::int64_t width : s.language_widths) all.push_back({width, {}});
  for (std::size_t i = 0; i < values.size(); ++i)
    for (LanguageWidth& width : all)
      if (width.width == runs[i].width)
        width.outcomes[runs[i].trained].push_back({number_from_json(values[i].at(0), "loss_nats_per_character"),
                                                   number_from_json(values[i].at(1), "trained_parameters")});
  return all;
}

std::vector<double> losses_of(const LanguageWidth& width, Trained trained) {
  std::vector<double> losses;
  for (const LanguageOutcome& outcome : width.outcomes.at(trained)) losses.push_back(outcome.loss_nats_per_character);
  return losses;
}

double SignTest::probability() const {
  double sum = 0, ways = 1;  // of `pairs` over `count`
  for (double count = 0; count <= pairs; ++count) {
    if (count >= held) sum += ways;
    ways *= (pairs - count) / (count + 1);
  }
  return sum / std::exp2(pairs);
}

SignTest sign_test(const std::vector<double>& a, const std::vector<double>& b) {
  SignTest test;
  for (std::size_t i = 0; i < a.size(); ++i) {
    test.held += a[i] < b.at(i) ? 1 : 0;
    ++test.pairs;
  }
  return test;
}

}  // namespace prenorm::papers::norm_only
