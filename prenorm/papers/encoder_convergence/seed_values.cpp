#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {

CheckSetting check_setting(const Model& model) {
  CheckSetting setting = check_setting(model.scale);
  setting.emplace(setting.begin(), "d_m", static_cast<double>(model.width));
  return setting;
}

CheckSetting check_setting(AttentionScale scale) {
  return {{"tau_0_exponent", scale == AttentionScale::kInverse ? -1 : -0.5}};
}

std::string check_prefix(Initialization initialization) {
  constexpr const char* kPrefixes[] = {"lecun_", "he_", "ntk_"};
  return kPrefixes[static_cast<std::size_t>(initialization)];
}

}  // namespace prenorm::papers::encoder_convergence
