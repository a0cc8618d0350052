// The cells of a grid: every combination of the given values of some configuration keys.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/load.h"

namespace prenorm::studies {

struct GridAxis {
  std::string key;                  // "optim.lr"
  std::vector<std::string> values;  // as written by the user; values may be repeated
};

// Each text is "key=v1,v2,..."; a comma in quotes belongs to its value. Errors: UsageError, also for a key given twice.
std::vector<GridAxis> parse_grid(std::span<const std::string> texts);

struct Cell {
  std::string name;
  Config config;
};

// The product of all axes, the first one varying slowest; identical cells are merged. Errors: UsageError that names key
// and value if there is no such key, a value is out of range or a combination breaks a rule between keys.
std::vector<Cell> grid_cells(const LoadedConfig& base, std::span<const GridAxis> axes);

// The keys in which a cell differs from `base`, in the order of declaration:
// "model.norm_placement=pre_ln,optim.lr=0.002", or "base". It is a valid file name: other characters are replaced, and
// names over 200 bytes are shortened and made unique by a hash.
std::string cell_name(const Config& cell, const Config& base);

// A value as names and tables show it: as in TOML, with text and choices unquoted.
std::string plain_value(std::string_view toml_value);

}  // namespace prenorm::studies
