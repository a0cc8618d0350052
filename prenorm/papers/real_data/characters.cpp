#include "prenorm/papers/real_data/characters.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/read_lines.h"
#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::real_data {

Characters::Characters(const std::vector<std::string>& lines, std::int64_t bytes) {
  std::array<std::int64_t, 256> id_of{};
  id_of.fill(-1);
  const auto append = [&](char c) {
    std::int64_t& id = id_of.at(static_cast<unsigned char>(c));
    if (id < 0) id = vocabulary_++;
    ids_.push_back(id);
  };
  for (const std::string& line : lines) {
    std::for_each(line.begin(), line.end(), append);
    append('\n');
    if (size() >= bytes) break;
  }
  if (size() > bytes) ids_.resize(static_cast<std::size_t>(bytes));
  if (size() < 2) throw_error<UsageError>("a text to train on needs at least two characters, not {}", size());
}

double Characters::unigram_nats() const {
  std::vector<double> count(static_cast<std::size_t>(vocabulary_));
  for (const std::int64_t id : ids_) ++count[static_cast<std::size_t>(id)];
  const auto all = static_cast<double>(size());
  double nats = 0;
  for (const double c : count)
    if (c > 0) nats -= c / all * std::log(c / all);
  return nats;
}

batches::TextBatch Characters::batch(std::int64_t sequences, std::int64_t tokens, std::uint64_t seed,
                                     std::int64_t update) const {
  RandomStream random(mix_key({name_key("windows"), seed, static_cast<std::uint64_t>(update)}));
  batches::TextBatch batch;
  for (std::int64_t s = 0; s < sequences; ++s) {
    const auto first =
        ids_.begin() + static_cast<std::ptrdiff_t>(random.below(static_cast<std::uint64_t>(size() - tokens)));
    batch.tokens.ids.insert(batch.tokens.ids.end(), first, first + tokens);
    batch.tokens.end_sequence();
    batch.targets.insert(batch.targets.end(), first + 1, first + tokens + 1);
  }
  return batch;
}

Characters read_characters() { return {read_lines(file(kTextFile)), 2'000'000}; }

}  // namespace prenorm::papers::real_data
