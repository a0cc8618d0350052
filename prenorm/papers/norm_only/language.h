// A real task: a character language model of the library on film reviews, of which all weights, the norms or as many
// random other weights are trained.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "prenorm/batches/text_batch.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::papers::norm_only {

inline constexpr std::string_view kTrainingText = "lm/reviews_speeches.train.txt.gz";
inline constexpr std::string_view kValidationText = "lm/reviews_speeches.valid.txt.gz";

// What is trained, from most to least. kRandom: as many entries as the norms have, drawn from all other weights.
enum class Trained : std::uint8_t { kAll, kNorms, kRandom, kNothing };
inline constexpr std::array kTrained = {Trained::kAll, Trained::kNorms, Trained::kRandom, Trained::kNothing};
std::string_view name_of(Trained trained);  // "all weights"

// 1 for each entry of parameters.values() that is trained, else 0.
at::Tensor trained_mask(const nn::Parameters& parameters, Trained trained, std::uint64_t seed);

// A text as characters: letters in lower case, digits, blanks, ends of line and common signs; others are left out.
class Characters {
 public:
  // The first `count` characters of lines. Errors: DataError if there are fewer.
  Characters(const std::vector<std::string>& lines, std::size_t count);
  static std::int64_t vocabulary();

  // `sequences` stretches of `length` characters from places that depend on the key.
  batches::TextBatch random_batch(std::int64_t sequences, std::int64_t length, std::uint64_t key) const;
  // The whole text in stretches of `length`.
  batches::TextBatch whole(std::int64_t length) const;

 private:
  void append(batches::TextBatch& batch, std::size_t place, std::int64_t length) const;

  std::vector<std::int64_t> ids_;
};

struct LanguageRun {
  Trained trained = Trained::kNorms;
  std::int64_t width = 64;  // d_model
  std::int64_t updates = 300;
  double rate = 0.01;
  std::uint64_t seed = 1;
};
// A decoder of two layers, Pre-LN, d_ff = 4 d_model, tied embeddings; Adam with a constant rate on batches of 16
// stretches of 64 characters.
struct LanguageOutcome {
  double loss_nats_per_character = 0;  // on the validation text
  double trained_parameters = 0;
};
LanguageOutcome train_language(const LanguageRun& run, const Characters& training, const Characters& validation);

}  // namespace prenorm::papers::norm_only
