// The straightforward form of beam search, with which beam_search is compared.
#pragma once

#include "prenorm/decoding/beam_search.h"

namespace prenorm::decoding {

// Finds the same as beam_search with a loop that keeps nothing between steps and pads everything: sources to the
// longest of the batch (the padding is masked in attention but computed elsewhere); each step runs the whole decoder,
// including keys and values of the sources, over the prefixes of `beam` hypotheses for each sentence; and a finished
// sentence stays until all are finished. Rounding differs as between any two batch sizes.
std::vector<std::vector<Hypothesis>> padded_beam_search(const models::Translator& model,
                                                        const batches::PackedSide& sources,
                                                        std::span<const std::int64_t> max_lengths,
                                                        const SearchOptions& options);

}  // namespace prenorm::decoding
