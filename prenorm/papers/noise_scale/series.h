// What the updates of a run measured, and noise scales of it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "prenorm/noise/moments.h"

namespace prenorm::papers::noise_scale {

using noise::Moments;

// One element for each update.
struct Series {
  std::vector<double> tokens, loss;    // trained on up to and with it; nats per character
  std::vector<Moments> norms, others;  // the weights of normalisations, and all others

  std::size_t size() const { return loss.size(); }
  std::vector<Moments> total() const;
};
nlohmann::json to_json(const Series& series);
// Errors: JsonError.
Series series_from_json(const nlohmann::json& json);

// Running means m_t = a m_{t-1} + (1 - a) x_t from m_0 = x_0.
std::vector<Moments> smoothed(std::span<const Moments> series, double a);

// In examples: the ratio of the means.
double ratio(const Moments& moments);
std::vector<double> ratios(std::span<const Moments> means);
struct Ratio {
  double value = 0, standard_error = 0;  // by the delta method
};
Ratio ratio_of_means(std::span<const Moments> series);

}  // namespace prenorm::papers::noise_scale
