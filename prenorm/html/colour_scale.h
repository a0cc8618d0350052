// Colours for numbers in heat maps.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace prenorm::html {

// Viridis (S. van der Walt and N. Smith, CC0), dark blue to yellow: perceptually even steps, also in grey and with
// every common form of colour blindness. `share` from 0 to 1; "#440154".
std::string scale_colour(double share);
// Black or white, whichever is readable on that colour.
std::string_view text_on(double share);
// The scale from left to right, as a CSS image.
std::string scale_gradient(bool reversed);

// Maps values to positions on the scale.
class ColourScale {
 public:
  // A scale for the finite values, and on a log scale the positive ones. `reversed`: low values are bright.
  ColourScale(std::span<const double> values, bool log, bool reversed);

  bool shows(double value) const;
  // 0 to 1.
  double share(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  bool log_, reversed_;
  double low_ = 0, high_ = 0;
};

}  // namespace prenorm::html
