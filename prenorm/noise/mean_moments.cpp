#include "prenorm/noise/mean_moments.h"

#include "prenorm/base/json.h"

namespace prenorm::noise {
namespace {

// Beyond these, products of the numbers would overflow.
constexpr Range kMoment{-1e75, 1e75}, kCovariance{-1e150, 1e150}, kVariance{0, 1e150};

}  // namespace

template <class Fields, class T>
void mean_members(Fields&& fields, T& m) {
  fields.real("gradient_square", m.mean_.gradient_square, kMoment);
  fields.real("gradient_variance", m.mean_.gradient_variance, kMoment);
  fields.real("spread_of_square", m.spread_.square, kVariance);
  fields.real("spread_of_both", m.spread_.both, kCovariance);
  fields.real("spread_of_variance", m.spread_.variance, kVariance);
  fields.real("square_weights", m.square_weights_, Range{0, 1});
}

void MeanMoments::add(const Moments& x, double keep) {
  if (empty()) {
    mean_ = x;
    square_weights_ = 1;
    return;
  }
  const double take = 1 - keep;
  const double g = x.gradient_square - mean_.gradient_square, s = x.gradient_variance - mean_.gradient_variance;
  mean_.gradient_square += take * g;
  mean_.gradient_variance += take * s;
  spread_ = {keep * (spread_.square + take * g * g), keep * (spread_.both + take * g * s),
             keep * (spread_.variance + take * s * s)};
  square_weights_ = keep * keep * square_weights_ + take * take;
}

void MeanMoments::add_equally(const Moments& x) {
  const double before = batches();
  add(x, before / (before + 1));
}

MomentCovariance MeanMoments::covariance_of_mean() const {
  if (square_weights_ >= 1) return {};
  const double factor = square_weights_ / (1 - square_weights_);
  return {spread_.square * factor, spread_.both * factor, spread_.variance * factor};
}

ScaleEstimate MeanMoments::scale() const { return scale_estimate(mean_, covariance_of_mean(), batches() - 1); }

void to_json(nlohmann::json& json, const MeanMoments& moments) {
  JsonWriter fields(json);
  mean_members(fields, moments);
}
void from_json(const nlohmann::json& json, MeanMoments& moments) { mean_members(JsonReader(json), moments); }

}  // namespace prenorm::noise
