// The language model at several widths: all weights, the norms, as many random other weights, or nothing trained.
#pragma once

#include <map>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/norm_only/language.h"
#include "prenorm/papers/norm_only/settings.h"

namespace prenorm::papers::norm_only {

struct LanguageWidth {
  std::int64_t width = 0;
  std::map<Trained, std::vector<LanguageOutcome>> outcomes;  // by seed
};
std::vector<LanguageWidth> study_language(const Setting& setting, const Cells& cells);
std::vector<double> losses_of(const LanguageWidth& width, Trained trained);

// How many of the comparisons a < b hold, pair by pair, and how likely at least as many are if both are as likely.
struct SignTest {
  double held = 0, pairs = 0;

  double probability() const;
};
SignTest sign_test(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace prenorm::papers::norm_only
