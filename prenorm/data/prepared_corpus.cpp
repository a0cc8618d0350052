#include "prenorm/data/prepared_corpus.h"

namespace prenorm::data {

PreparedCorpus::PreparedCorpus(const std::filesystem::path& folder)
    : folder_(folder),
      manifest_(read_manifest(folder)),
      source_(folder, manifest_.files, "source", manifest_.pairs, manifest_.source_tokens, manifest_.source_vocab),
      target_(folder, manifest_.files, "target", manifest_.pairs, manifest_.target_tokens, manifest_.target_vocab),
      lines_(open_listed(folder, manifest_.files, "lines", manifest_.pairs * 4)) {}

}  // namespace prenorm::data
