#include <fmt/format.h>

#include <string>

#include "prenorm/config/fields.h"
#include "prenorm/config/validate.h"
#include "prenorm/config/write.h"

namespace prenorm {
using config::Field;
namespace {

constexpr std::string_view kTomlHeader =
    R"(# Every key of a prenorm configuration with its default. A configuration needs only the keys that it changes, and the
# training text of its task, which has no default: data.train_source and data.train_target for translation,
# data.train_text for masked_lm and causal_lm, data.train_table for classification. Relative paths count from the
# working directory.
#
# Written by `prenorm config --reference`; docs/configuration.md explains more.

)";

constexpr std::string_view kMarkdownHeader = R"(# Configuration

<!-- Written by `prenorm config --markdown`: edit the declarations in prenorm/config/, not this page. -->

A run is described by a [TOML](https://toml.io) file. It needs only the keys that it changes, and the training text of
its task, which has no default:

| `task` | training text |
|---|---|
| `translation` | `data.train_source` and `data.train_target` |
| `masked_lm`, `causal_lm` | `data.train_text` |
| `classification` | `data.train_table` |

- A value comes from the default, then the file, then `--set section.key=value` on the command line, the last one
  winning. `prenorm config FILE` shows each value and where it came from.
- Relative paths count from the working directory, not from the file's folder, so a copied file keeps pointing at the
  same text.
- After `--set`, a value is written as in TOML, but text and choices may go without quotes:
  `--set model.norm_placement=post_ln`.
- An unknown section or key, a wrong type, a value out of range and a key given twice end in one sentence that names
  file, line and column, and in exit code 2. An integer is taken where a number is expected, and `4e3` where an integer
  is expected.
- A run folder keeps its full configuration in `config.toml`, every default spelled out.
- [`examples/minimal.toml`](../examples/minimal.toml) is the smallest file,
  [`examples/reference.toml`](../examples/reference.toml) has every key.
)";

// A table cell with "|" escaped.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

std::string table_row(const Field& field) {
  const std::string range = config::range_text(field);
  return fmt::format("| `{}` | `{}` | {} | {} |\n", field.name(), config::value_text(field),
                     cell(range.empty() ? config::type_text(field) : std::string_view(range)), cell(field.help));
}

}  // namespace

std::string reference_toml() { return std::string(kTomlHeader) + to_toml(Config{}, HelpComments::kYes); }

std::string reference_markdown() {
  Config defaults;
  std::string text(kMarkdownHeader);
  for (const config::Section& section : config::sections_of(defaults)) {
    const std::string heading =
        section.name.empty() ? "Keys without a section" : fmt::format("[{}]: {}", section.name, section.help);
    text += fmt::format("\n## {}\n\n| key | default | values | meaning |\n|---|---|---|---|\n", heading);
    for (const Field& field : section.fields) text += table_row(field);
  }
  text += "\n## Rules between keys\n\nChecked before anything else is done:\n\n";
  for (const config::Rule& rule : config::rules()) text += fmt::format("- {}\n", rule.requirement);
  return text;
}

}  // namespace prenorm
