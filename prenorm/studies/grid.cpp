#include "prenorm/studies/grid.h"

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/base/text.h"
#include "prenorm/config/fields.h"
#include "prenorm/config/validate.h"
#include "prenorm/files/hash.h"

namespace prenorm::studies {
namespace {

constexpr std::size_t kLongestName = 200, kHashDigits = 10;
constexpr std::size_t kMostCells = 10'000;

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && c == ',') {
      values.emplace_back();
      continue;
    }
    if (quote == 0 && (c == '"' || c == '\'') && values.back().empty())
      quote = c;
    else if (c == quote)
      quote = 0;
    values.back() += c;
  }
  return values;
}

GridAxis parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw_error<UsageError>("--grid {}: expected section.key=value,value", quote_short(text));
  GridAxis axis{text.substr(0, equals), split_values(std::string_view(text).substr(equals + 1))};
  if (axis.values.size() == 1 && axis.values.front().empty())
    throw_error<UsageError>("--grid {}: no value given; list one or more, with commas between them", axis.key);
  return axis;
}

bool fit_for_a_file_name(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code > 0x20 && code != 0x7F && c != '/' && c != '\\' && c != '"' && c != '\'';
}

// Cut between characters, so that the name stays valid UTF-8.
std::string cut(const std::string& text, std::size_t bytes) {
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string file_name(const std::string& name) {
  std::string result = name;
  std::replace_if(
      result.begin(), result.end(), [](char c) { return !fit_for_a_file_name(c); }, '_');
  if (result == name && name.size() <= kLongestName) return name;
  if (result.size() > kLongestName - kHashDigits - 1) result = cut(result, kLongestName - kHashDigits - 1);
  return result + "-" + hash_hex(name).substr(0, kHashDigits);
}

void check(const Cell& cell) {
  try {
    validate(cell.config);
  } catch (const UsageError& error) {
    throw_error<UsageError>("cell {}: {}", cell.name, error.what());
  }
}

}  // namespace

std::vector<GridAxis> parse_grid(std::span<const std::string> texts) {
  std::vector<GridAxis> axes;
  for (const std::string& text : texts) {
    GridAxis axis = parse_axis(text);
    const bool again = std::any_of(axes.begin(), axes.end(), [&](const GridAxis& a) { return a.key == axis.key; });
    if (again) throw_error<UsageError>("--grid {}: the key is given twice; list all its values at once", axis.key);
    axes.push_back(std::move(axis));
  }
  return axes;
}

std::vector<Cell> grid_cells(const LoadedConfig& base, std::span<const GridAxis> axes) {
  std::vector<LoadedConfig> configs{base};
  for (const GridAxis& axis : axes) {
    if (configs.size() * axis.values.size() > kMostCells)
      throw_error<UsageError>("--grid {}: more than {} cells; take fewer values", axis.key, kMostCells);
    std::vector<LoadedConfig> product;
    for (const LoadedConfig& config : configs)
      for (const std::string& value : axis.values)
        apply_override(product.emplace_back(config), {axis.key, value, "--grid"});
    configs = std::move(product);
  }
  std::vector<Cell> cells;
  for (const LoadedConfig& loaded : configs) {
    Cell cell{cell_name(loaded.config, base.config), loaded.config};
    if (std::any_of(cells.begin(), cells.end(), [&](const Cell& c) { return c.name == cell.name; })) continue;
    check(cell);
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::string cell_name(const Config& cell, const Config& base) {
  Config here = cell, there = base;
  const auto fields = config::fields_of(here), others = config::fields_of(there);
  std::string name;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string value = config::value_text(fields[i]);
    if (value == config::value_text(others[i])) continue;
    name += fmt::format("{}{}={}", name.empty() ? "" : ",", fields[i].key, plain_value(value));
  }
  return name.empty() ? "base" : file_name(name);
}

std::string plain_value(std::string_view toml_value) {
  const bool quoted = toml_value.size() >= 2 && toml_value.front() == '"';
  return std::string(quoted ? toml_value.substr(1, toml_value.size() - 2) : toml_value);
}

}  // namespace prenorm::studies
