// The encoder-decoders of Figure 3 at initialisation, with the gradients of the second feed-forward matrix W² of each
// decoder layer.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/papers/experiment.h"

namespace prenorm::papers::xiong2020 {

inline constexpr std::array kFigure3Placements = {NormPlacement::kPostLn, NormPlacement::kPreLn};

struct Figure3Setting {
  std::vector<std::int64_t> depths;  // layers of the encoder, and of the decoder
  std::int64_t d_model = 0, seeds = 0;
};

Figure3Setting figure_3_setting(const ExperimentOptions& options);

// The measured encoder-decoder, with `layers` layers in the encoder and in the decoder.
Config figure_3_config(NormPlacement placement, std::int64_t layers, std::int64_t d_model, std::int64_t seed);

// The models of one placement and depth.
struct Figure3Models {
  std::int64_t layers = 0;
  // By decoder layer, from the input: norm of the gradient averaged over batches, mean over seeds. Plotted in the
  // paper.
  std::vector<double> expected_gradients;
  double last_gradient = 0;  // the last layer's ‖∂L/∂W²‖: mean over batches and seeds
  double last_state = 0;     // ‖x‖²/d of the input of the last LayerNorm: mean over seeds
};

// The models of one placement, by depth.
using Figure3ByDepth = std::vector<Figure3Models>;

// By placement, in the order of kFigure3Placements. One cell per model.
std::array<Figure3ByDepth, kFigure3Placements.size()> measure_figure_3(const Figure3Setting& setting,
                                                                       const Cells& cells);

}  // namespace prenorm::papers::xiong2020
