// Reads a configuration: defaults, then a TOML file, then overrides from the command line, the last one winning.
// Relative paths in it count from the working directory, so that a copied file keeps pointing at the same text.
//
// All errors of content are UsageError: "run.toml:12:1: unknown key 'model.dmodel' (did you mean 'model.d_model'?)".
// Each key's range is checked here; what must hold between keys is checked by validate() (validate.h).
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "prenorm/config/config.h"

namespace prenorm {

struct LoadedConfig {
  Config config;
  std::map<std::string, std::string> origin;  // "model.d_model" -> "default", "run.toml:12" or "--set"
};

struct Override {
  std::string key;  // "model.d_model"
  std::string value;
  std::string origin;  // where people wrote it: "--set"
};

// "section.key=value". Errors: UsageError.
Override parse_override(std::string_view text);

// A value is written as in TOML; text and choices may go without quotes. Errors: UsageError.
void apply_override(LoadedConfig& loaded, const Override& override);

// `overrides` are the arguments of --set, "section.key=value". Errors: FileError for a file that cannot be read.
LoadedConfig load_config(const std::filesystem::path& toml, std::span<const std::string> overrides = {});

// The same for text; `name` stands in messages and origins.
LoadedConfig load_config_text(std::string_view text, std::string_view name,
                              std::span<const std::string> overrides = {});

// RUN/config.toml. Errors: UsageError also where `run` is no run folder.
LoadedConfig load_run_config(const std::filesystem::path& run, std::span<const std::string> overrides = {});

}  // namespace prenorm
