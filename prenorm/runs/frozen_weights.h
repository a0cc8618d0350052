// The checkpoints of a run that trains a part of its model. A checkpoint has only the tensors that train. The others
// lie once in `frozen.safetensors` beside the checkpoints of the run, and trainer.json has a hash of their values.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "prenorm/io/safetensors.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::runs {

inline constexpr const char* kFrozenFile = "frozen.safetensors";

// Writes the frozen tensors beside `checkpoint`, unless they are there, and refers to them in the state, as to the
// scale of adapters. Does nothing if everything trains. Errors: FileError.
void write_frozen(const std::filesystem::path& checkpoint, const nn::Parameters& parameters, nlohmann::json& state);

// Adds the frozen tensors that the state of a checkpoint refers to. Errors: CheckpointError if they are missing or are
// others.
void add_frozen(io::TensorFile& weights, const std::filesystem::path& checkpoint, const nlohmann::json& state);

// Adds each adapter to its matrix, W + s B A, in float64, and drops it.
void merge_adapters(io::TensorFile& weights, const nlohmann::json& state);

}  // namespace prenorm::runs
