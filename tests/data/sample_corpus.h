// Parallel texts and corpora for tests.
#pragma once

#include <zlib.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/temporary_folder.h"
#include "prenorm/base/random.h"
#include "prenorm/data/corpus_writer.h"
#include "prenorm/data/parallel_text.h"
#include "prenorm/data/prepare.h"
#include "prenorm/machine/terminal.h"
#include "test_seed.h"
#include "text/sample_text.h"

namespace prenorm::test {

inline void write_text(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline void write_gzip(const std::filesystem::path& path, std::string_view content) {
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
}

// A folder with the two sides of a text, and the recipe to prepare them.
class SampleText {
 public:
  SampleText() { be_quiet(true); }
  explicit SampleText(std::string_view source_text, std::string_view target_text) : SampleText() {
    write_text(source(), source_text);
    write_text(target(), target_text);
  }

  const TemporaryFolder& folder() const { return folder_; }
  std::filesystem::path source() const { return folder_ / "train.de"; }
  std::filesystem::path target() const { return folder_ / "train.en"; }
  std::filesystem::path prepared() const { return folder_ / "prepared"; }
  data::CorpusRecipe recipe() const {
    static const text::Tokenizer tokenizer = sample_tokenizer();
    return {source(), target(), tokenizer, tokenizer, rules, prepared(), 2};
  }

  DataConfig rules;

 private:
  TemporaryFolder folder_;
};

// A corpus of random ids with lengths like those of sentences: many short ones, a few long ones.
inline void write_random_corpus(const std::filesystem::path& folder, std::int64_t pairs, std::int64_t longest,
                                std::uint64_t seed, std::int64_t vocab = 100) {
  std::filesystem::create_directories(folder);
  data::Manifest manifest;
  manifest.source_vocab = manifest.target_vocab = vocab;
  manifest.frame = {2, 1, 2};
  manifest.source_path = "train.de";
  manifest.target_path = "train.en";
  data::CorpusWriter writer(folder, manifest);
  RandomStream random(test_seed(seed));
  const auto sentence = [&] {
    const double skew = random.uniform() * random.uniform();
    std::vector<std::int32_t> ids(1 + static_cast<std::size_t>(skew * static_cast<double>(longest)));
    for (auto& id : ids) id = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(vocab)));
    return ids;
  };
  for (std::int64_t line = 1; line <= pairs; ++line) {
    const auto source = sentence(), target = sentence();
    writer.add(source, target, line);
  }
  data::TextReport report;
  report.pairs_read = report.pairs_kept = pairs;
  writer.finish(report);
}

inline std::vector<std::int64_t> ids_of(const data::TokenView& view) {
  std::vector<std::int64_t> ids;
  view.append_to(ids);
  return ids;
}

}  // namespace prenorm::test
