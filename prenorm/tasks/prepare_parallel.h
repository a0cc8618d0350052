// The parallel corpus of a translation task, prepared according to its configuration.
#pragma once

#include <filesystem>
#include <string>

#include "prenorm/config/config.h"
#include "prenorm/data/prepared_corpus.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::tasks {

// Prepares a source and a target file by the rules of the configuration; see data::prepare_corpus.
data::PreparedCorpus prepare_parallel(const Config& config, const runs::Tokenizers& tokenizers,
                                      const std::string& source, const std::string& target,
                                      const std::filesystem::path& prepared_dir);

}  // namespace prenorm::tasks
