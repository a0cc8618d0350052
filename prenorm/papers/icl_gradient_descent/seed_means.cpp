#include "prenorm/papers/icl_gradient_descent/seed_means.h"

#include <nlohmann/json.hpp>

#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {

using nlohmann::json;

std::vector<double> mean_numbers(const std::vector<json>& seeds, const char* name, const char* inner) {
  std::vector<double> mean;
  for (const json& m : seeds) {
    const std::vector<double> one =
        inner == nullptr ? numbers_field(m, name) : numbers_field(field<json>(m, name), inner);
    mean.resize(one.size());
    for (std::size_t i = 0; i < one.size(); ++i) mean[i] += one[i] / static_cast<double>(seeds.size());
  }
  return mean;
}

double mean_number(const std::vector<json>& seeds, const char* name) {
  double sum = 0;
  for (const json& m : seeds) sum += number_field(m, name);
  return sum / static_cast<double>(seeds.size());
}

}  // namespace prenorm::papers::icl_gradient_descent
