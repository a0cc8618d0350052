// Reads a configuration: defaults, then a TOML file, then overrides from the command line; the last one wins. Relative
// paths in it are relative to the working directory, so that a copied file keeps pointing at the same text.
//
// Every error in the content is a UsageError: "run.toml:12:1: unknown key 'model.dmodel' (did you mean
// 'model.d_model'?)". The range of each key is checked here; rules between keys are checked by validate() (validate.h).
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
  std::string origin;  // where it was given: "--set"
};

// "section.key=value". Errors: UsageError.
Override parse_override(std::string_view text);

// A value is written as in TOML; text and choices may be unquoted. Errors: UsageError.
void apply_override(LoadedConfig& loaded, const Override& override);

// `overrides` are arguments of --set, "section.key=value". Errors: FileError if the file cannot be read.
LoadedConfig load_config(const std::filesystem::path& toml, std::span<const std::string> overrides = {});

// The same for text; messages and origins call it `name`.
LoadedConfig load_config_text(std::string_view text, std::string_view name,
                              std::span<const std::string> overrides = {});

// Loads RUN/config.toml. Errors: UsageError, also if `run` is not a run folder.
LoadedConfig load_run_config(const std::filesystem::path& run, std::span<const std::string> overrides = {});

}  // namespace prenorm
