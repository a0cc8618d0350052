#include "prenorm/tasks/prepare_parallel.h"

#include "prenorm/data/prepare.h"

namespace prenorm::tasks {

data::PreparedCorpus prepare_parallel(const Config& config, const runs::Tokenizers& tokenizers,
                                      const std::string& source, const std::string& target,
                                      const std::filesystem::path& prepared_dir) {
  return data::prepare_corpus({.source = source,
                               .target = target,
                               .source_tokenizer = tokenizers.source,
                               .target_tokenizer = tokenizers.target,
                               .rules = config.data,
                               .prepared_dir = prepared_dir,
                               .threads = static_cast<int>(config.runtime.threads)});
}

}  // namespace prenorm::tasks
