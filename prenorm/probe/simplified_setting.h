// The setting of the paper's theory (Xiong et al. 2020, section 3.3), in which the constants are known: an encoder of
// one head whose query and key matrices are zero, so that attention is the exact average of the values; all matrices d
// × d and N(0, 1/d), no matrix after attention; inputs N(0, I) and random labels unrelated to them; the loss is the
// mean cross-entropy over a sequence's positions against a vocabulary of N(0, 1/d) embeddings.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/config/placement.h"
#include "prenorm/probe/measurement.h"

namespace prenorm::probe {

struct SimplifiedSetting {
  NormPlacement placement = kRecommendedPlacement;
  std::int64_t layers = 6, d_model = 128;
  std::int64_t length = 16;    // positions of a sequence
  std::int64_t sequences = 4;  // each a batch
  std::int64_t vocabulary = 1000;
  std::uint64_t seed = 1;
};

ModelConfig model_config(const SimplifiedSetting& setting);

// One sequence's gradient at the last W² (feed_forward.down), and ‖g_⊥‖: the loss's gradient with respect to the final
// output, without each row's mean and its component along the output.
struct LastLayer {
  double gradient_norm = 0, g_perpendicular_norm = 0;
};

struct SimplifiedMeasurement : Measurement {
  std::vector<LastLayer> last_layers;  // one per sequence
};

SimplifiedMeasurement measure(const SimplifiedSetting& setting);

}  // namespace prenorm::probe
