// Tables that a model learns in a second: a text that contains `p` is good, one that contains `n` is bad.
#pragma once

#include <fmt/format.h>

#include <string>

#include "files/temporary_folder.h"
#include "prenorm/base/random.h"
#include "prenorm/config/config.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "test_seed.h"

namespace prenorm::test {

struct ToyText {
  std::string text;
  bool good;
};

inline ToyText toy_text(RandomStream& random) {
  const bool good = random.below(2) == 1;
  std::string text;
  for (std::uint64_t i = 0, n = 2 + random.below(4); i < n; ++i) text += static_cast<char>('a' + random.below(4));
  text.insert(random.below(text.size() + 1), 1, good ? 'p' : 'n');
  return {text, good};
}

// `label` returns the label of a text.
template <class Label>
std::string toy_table(const std::string& header, std::uint64_t seed, int rows, const Label& label) {
  RandomStream random(test_seed(seed));
  std::string table = header + "\n";
  for (int i = 0; i < rows; ++i) {
    const ToyText toy = toy_text(random);
    table += fmt::format("{}\t{}\n", toy.text, label(toy));
  }
  return table;
}

inline std::string toy_classes(std::uint64_t seed, int rows) {
  return toy_table("sentence\tlabel", seed, rows, [](const ToyText& t) { return t.good ? "good" : "bad"; });
}

// A folder with train.tsv and valid.tsv, and space for runs.
class ToyTables {
 public:
  ToyTables(const std::string& training, const std::string& validation) {
    be_quiet(true);
    write_file_atomically(folder_ / "train.tsv", training);
    write_file_atomically(folder_ / "valid.tsv", validation);
  }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  Config config() const {
    Config c;
    c.task = TaskKind::kClassification;
    c.data.train_table = folder_ / "train.tsv";
    c.data.valid_table = folder_ / "valid.tsv";
    c.data.sequence_length = 16;
    c.tokenizer.kind = TokenizerKind::kCharacter;
    c.batch.max_tokens = 400;
    c.batch.max_sentences = 16;
    c.model.encoder_layers = 1;
    c.model.d_model = 16;
    c.model.d_ff = 32;
    c.model.num_heads = 2;
    c.model.dropout = 0;
    c.optim.lr = 1e-2;
    c.train.seed = static_cast<std::int64_t>(test_seed(1));
    c.train.label_smoothing = 0;
    c.train.max_steps = 120;
    c.train.valid_every = c.train.checkpoint_every = 60;
    c.runtime.threads = 1;
    return c;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace prenorm::test
