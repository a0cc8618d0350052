// Runs that take a second: a model of 6,000 parameters learns to reverse the sentences of a made-up language.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "files/temporary_folder.h"
#include "prenorm/base/random.h"
#include "prenorm/config/config.h"
#include "prenorm/files/file.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/line_reader.h"
#include "test_seed.h"

namespace prenorm::test {

// Sentences of 1 to `longest` words out of a vocabulary of 16, and the same words in reverse.
inline void write_tiny_text(const std::filesystem::path& source, const std::filesystem::path& target, int lines,
                            std::uint64_t seed, std::uint64_t longest = 8) {
  constexpr std::string_view kConsonants = "bdkm", kVowels = "aeio";
  RandomStream random(test_seed(seed));
  std::ofstream out_source(source), out_target(target);
  for (int line = 0; line < lines; ++line) {
    std::string forward, backward;
    for (std::uint64_t word = 0, words = 1 + random.below(longest); word < words; ++word) {
      const std::string syllable{kConsonants[random.below(4)], kVowels[random.below(4)]};
      forward += (word > 0 ? " " : "") + syllable;
      backward = syllable + (word > 0 ? " " : "") + backward;
    }
    out_source << forward << '\n';
    out_target << backward << '\n';
  }
}

inline Config tiny_config(const std::filesystem::path& text) {
  Config c;
  c.data.train_source = text / "train.src";
  c.data.train_target = text / "train.tgt";
  c.data.valid_source = text / "valid.src";
  c.data.valid_target = text / "valid.tgt";
  c.data.max_source_tokens = c.data.max_target_tokens = 20;
  c.tokenizer.vocab_size = 32;
  c.batch.max_tokens = 120;
  c.batch.pool_batches = 4;
  c.model.encoder_layers = c.model.decoder_layers = 1;
  c.model.d_model = 16;
  c.model.d_ff = 32;
  c.model.num_heads = 2;
  c.optim.lr = 5e-3;
  c.train.max_steps = 12;
  c.runtime.threads = 1;
  c.train.log_every = 4;
  c.train.valid_every = 5;
  c.train.checkpoint_every = 5;
  c.decode.beam = 2;
  return c;
}

// A folder with a text of 200 training pairs and 12 validation pairs, and space for runs.
class TinyText {
 public:
  TinyText() {
    write_tiny_text(folder_ / "train.src", folder_ / "train.tgt", 200, 1);
    write_tiny_text(folder_ / "valid.src", folder_ / "valid.tgt", 12, 2);
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  Config config() const { return tiny_config(path()); }

 private:
  TemporaryFolder folder_;
};

inline nlohmann::json read_json(const std::filesystem::path& path) { return nlohmann::json::parse(read_file(path)); }

// metrics.jsonl without the values that differ between any two runs.
inline std::vector<nlohmann::json> metrics_of(const std::filesystem::path& run) {
  std::vector<nlohmann::json> lines;
  LineReader reader(run / "metrics.jsonl");
  for (std::string line; reader.next(line);) {
    lines.push_back(nlohmann::json::parse(line));
    for (const char* time : {"seconds", "target_tokens_per_second"}) lines.back().erase(time);
  }
  return lines;
}

inline std::vector<nlohmann::json> metrics_of(const std::filesystem::path& run, const std::string& type) {
  std::vector<nlohmann::json> lines;
  for (nlohmann::json& line : metrics_of(run))
    if (line["type"] == type) lines.push_back(std::move(line));
  return lines;
}

// trainer.json without times and hashes.
inline nlohmann::json trainer_state(const std::filesystem::path& checkpoint) {
  nlohmann::json state = read_json(checkpoint / "trainer.json");
  state.erase("seconds");
  state["window"].erase("seconds");
  state["xxh3_128"].erase("trainer.json");
  return state;
}

inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

// Everything that must agree between two equal runs: weights, optimizer, state, log, and the list of checkpoints.
inline std::map<std::string, nlohmann::json> record_of(const std::filesystem::path& run) {
  std::map<std::string, nlohmann::json> record;
  for (const std::string& name : names_in(run / "checkpoints")) {
    const std::filesystem::path checkpoint = run / "checkpoints" / name;
    if (name == "frozen.safetensors") {
      record[name] = hash_file_hex(checkpoint);
      continue;
    }
    record[name] = read_json(checkpoint / "trainer.json")["xxh3_128"]["model.safetensors"];
    record[name + " file"] = hash_file_hex(checkpoint / "model.safetensors");
    if (name != "average") record[name + " state"] = trainer_state(checkpoint);
  }
  for (const char* link : {"last", "best"})
    if (std::filesystem::is_symlink(run / link)) record[link] = std::filesystem::read_symlink(run / link).string();
  record["metrics"] = metrics_of(run);
  if (std::filesystem::exists(run / "results.json")) {
    record["results"] = read_json(run / "results.json");
    record["results"].erase("training_seconds");
  }
  return record;
}

// Every file of a folder with its hash, to check that nothing changes.
inline std::map<std::string, std::string> content_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) content[entry.path().string()] = hash_file_hex(entry.path());
  return content;
}

}  // namespace prenorm::test
