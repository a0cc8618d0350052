// A text of short documents in a made-up language that a small model learns within seconds: each sentence counts up
// from a random letter.
#pragma once

#include <filesystem>
#include <fstream>

#include "files/temporary_folder.h"
#include "prenorm/base/random.h"
#include "prenorm/config/config.h"
#include "test_seed.h"

namespace prenorm::test {

inline void write_documents(const std::filesystem::path& path, int documents, std::uint64_t seed) {
  RandomStream random(test_seed(seed));
  std::ofstream out(path);
  for (int i = 0; i < documents; ++i) {
    for (int line = 0; line < 3; ++line) {
      std::uint64_t letter = random.below(8);
      for (int word = 0; word < 6; ++word, ++letter)
        out << (word > 0 ? " " : "") << static_cast<char>('a' + letter % 8);
      out << '\n';
    }
    out << '\n';
  }
}

class TinyDocuments {
 public:
  TinyDocuments() {
    write_documents(folder_ / "train.txt", 80, 1);
    write_documents(folder_ / "valid.txt", 12, 2);
  }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  Config config(TaskKind task) const {
    Config c;
    c.task = task;
    c.data.train_text = folder_ / "train.txt";
    c.data.valid_text = folder_ / "valid.txt";
    c.data.sequence_length = 16;
    c.tokenizer.kind = TokenizerKind::kCharacter;
    c.batch.max_tokens = 128;
    c.model.encoder_layers = c.model.decoder_layers = 2;
    c.model.d_model = 16;
    c.model.d_ff = 32;
    c.model.num_heads = 2;
    c.model.segments = 2;
    c.model.dropout = 0.1;
    c.optim.lr = 1e-2;
    c.train.seed = static_cast<std::int64_t>(test_seed(1));
    c.train.label_smoothing = 0;
    c.train.max_steps = 12;
    c.train.valid_every = 6;
    c.train.checkpoint_every = 6;
    c.runtime.threads = 1;
    return c;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace prenorm::test
