// Beam search as the plain loop that everybody writes first, to measure beam_search against.
#pragma once

#include "prenorm/decoding/beam_search.h"

namespace prenorm::decoding {

// What beam_search finds, by a loop that keeps nothing between steps and pads everything: sources to the longest of the
// batch (their padding is masked in attention, and costs all else); each step runs the whole decoder, its keys and
// values of the sources included, over the prefixes of `beam` hypotheses for each sentence; and a sentence that is done
// stays until all are. Rounding differs as between any two batchings.
std::vector<std::vector<Hypothesis>> padded_beam_search(const models::Translator& model,
                                                        const batches::PackedSide& sources,
                                                        std::span<const std::int64_t> max_lengths,
                                                        const SearchOptions& options);

}  // namespace prenorm::decoding
