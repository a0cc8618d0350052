// Where the test loss crosses a level: the critical N SNR^2 of a setting, by bisection.
#pragma once

#include <string>
#include <vector>

#include "prenorm/papers/benign_overfitting/runs.h"

namespace prenorm::papers::benign_overfitting {

struct CriticalSetting {
  DataSetting data;  // its SNR is what is sought
  double stop = kStop;
  Trained trained = Trained::kAll;
  double rate_factor = 1;  // times rate_for()

  double predicted() const;  // critical_product() of theory.h
};
std::string name_of(const CriticalSetting& setting);

// N SNR^2 at which the test loss is kTestLoss, to 1 %. It is sought between 1/4 and 4 times the prediction, and is one
// of these limits if it is not between them.
double critical_product(const CriticalSetting& setting);

// One cell each.
std::vector<double> critical_products(const std::vector<CriticalSetting>& settings, const Cells& cells);

}  // namespace prenorm::papers::benign_overfitting
