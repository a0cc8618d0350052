#include "prenorm/papers/no_shortcuts/profile.h"

#include "prenorm/papers/json.h"
#include "prenorm/papers/no_shortcuts/kernels.h"

namespace prenorm::papers::no_shortcuts {

Profile profile_of(const std::vector<at::Tensor>& kernels) {
  Profile profile;
  for (const at::Tensor& kernel : kernels) {
    const KernelFigures figures = figures_of(kernel);
    profile.mean_cosine.push_back(figures.mean_cosine);
    profile.least_cosine.push_back(figures.least_cosine);
    profile.mean_diagonal.push_back(figures.mean_diagonal);
    profile.least_diagonal.push_back(figures.least_diagonal);
    profile.greatest_diagonal.push_back(figures.greatest_diagonal);
  }
  return profile;
}

nlohmann::json to_json(const Profile& p) {
  return {{"mean_cosine", numbers_to_json(p.mean_cosine)},
          {"least_cosine", numbers_to_json(p.least_cosine)},
          {"mean_diagonal", numbers_to_json(p.mean_diagonal)},
          {"least_diagonal", numbers_to_json(p.least_diagonal)},
          {"greatest_diagonal", numbers_to_json(p.greatest_diagonal)}};
}

Profile profile_from_json(const nlohmann::json& json) {
  return {numbers_field(json, "mean_cosine"), numbers_field(json, "least_cosine"), numbers_field(json, "mean_diagonal"),
          numbers_field(json, "least_diagonal"), numbers_field(json, "greatest_diagonal")};
}

}  // namespace prenorm::papers::no_shortcuts
