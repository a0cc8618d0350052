// Prepared texts for tests.
#pragma once

#include <string_view>

#include "data/sample_corpus.h"
#include "prenorm/data/prepare_text.h"
#include "test_seed.h"

namespace prenorm::test {

// A tokenizer of the sample lines with a piece for masks and one for newlines.
inline const text::Tokenizer& text_tokenizer() {
  static const text::Tokenizer tokenizer = [] {
    TokenizerConfig config;
    std::vector<std::string> lines;
    for (int i = 0; i < 30; ++i)
      for (const std::string& line : sample_lines()) lines.push_back(line + (i % 3 == 0 ? " again" : ""));
    config.vocab_size = 330;
    return text::train_tokenizer(line_source(lines), config, "sample", {.mask = true, .newline = true});
  }();
  return tokenizer;
}

// A folder with a text, and the recipe to prepare it.
class SampleProse {
 public:
  explicit SampleProse(std::string_view content, data::TextShape shape = data::TextShape::kDocuments) : shape_(shape) {
    be_quiet(true);
    write_text(path(), content);
  }

  std::filesystem::path path() const { return folder_ / "prose.txt"; }
  std::filesystem::path prepared() const { return folder_ / "prepared"; }
  data::TextRecipe recipe() const { return {path(), text_tokenizer(), shape_, rules, prepared(), 2}; }

  DataConfig rules;

 private:
  TemporaryFolder folder_;
  data::TextShape shape_;
};

// Documents of 1 to `longest` random sample lines, parted by empty lines.
inline std::string random_documents(std::int64_t documents, std::uint64_t longest, std::uint64_t seed) {
  RandomStream random(test_seed(seed));
  std::string content;
  for (std::int64_t i = 0; i < documents; ++i) {
    for (std::uint64_t lines = 1 + random.below(longest); lines > 0; --lines)
      content += sample_lines()[random.below(sample_lines().size())] + "\n";
    content += "\n";
  }
  return content;
}

}  // namespace prenorm::test
