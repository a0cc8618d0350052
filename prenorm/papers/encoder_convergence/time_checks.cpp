#include <numeric>

#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

constexpr std::size_t kEarlyEpoch = 50, kEarlyRecord = 5;  // a record every 10 epochs

double mean_between(const std::vector<double>& values, std::size_t from, std::size_t to) {
  const auto at = [&](std::size_t i) { return values.begin() + static_cast<std::ptrdiff_t>(i); };
  return std::accumulate(at(from), at(to), 0.0) / static_cast<double>(to - from);
}

Check share_check(const char* name, const Runs& r, double (*share)(const Trained& t), double at_least,
                  const char* what) {
  return {check_prefix(r.model.initialization) + name,
          "section 5.1, panels (b), (c)",
          check_setting(r.model),
          least(values_of(r.seeds, share)),
          1,
          {at_least, kUnbounded},
          what};
}

}  // namespace

void check_time_course(const std::vector<Runs>& runs, std::vector<Check>& checks) {
  const auto value_share = [](const Trained& t) { return t.movement.value[kEarlyRecord] / t.movement.value.back(); };
  const auto kernel_share = [](const Trained& t) { return t.movement.kernel[kEarlyRecord] / t.movement.kernel.back(); };
  const char* value_text = "movement of W_V by epoch 50 over that by epoch 400, least of the seeds";
  for (const AttentionScale scale : {kInverseRoot, kInverse}) {
    const Runs& middle = find_runs(runs, kLeCun, scale, 256);
    checks.push_back(share_check("value_early", middle, value_share, 0.65, value_text));
    checks.push_back(share_check("kernel_early", middle, kernel_share, 0.6,
                                 "change of the kernel by epoch 50 over that by epoch 400, least of the seeds"));
    const auto late_change = [](const Trained& t) {
      return mean_between(t.change, 300, 400) / mean_between(t.change, 0, kEarlyEpoch);
    };
    checks.push_back({"lecun_late_change",
                      "section 5.1, panel (b)",
                      check_setting(middle.model),
                      greatest(values_of(middle.seeds, late_change)),
                      0,
                      {0, 0.02},
                      "change of all weights per epoch, mean of epochs 300 to 400 over that of 0 to 50, greatest"});
    checks.push_back(share_check("value_early", find_runs(runs, kLeCun, scale, 1024), value_share, 0.45, value_text));
  }
}

}  // namespace prenorm::papers::encoder_convergence
