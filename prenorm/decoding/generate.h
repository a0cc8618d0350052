// Text with which a causal language model continues a prompt, token by token.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/decoding/sampling.h"
#include "prenorm/decoding/text_stream.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::decoding {

struct GenerateOptions {
  SamplingOptions sampling{};
  std::int64_t max_tokens = 256;  // per sample
  // Number of tokens that the model attends to; 0 = as many as its positions cover. When they are full, the model
  // starts again from the newer half of them, so that most tokens cost one step.
  std::int64_t context = 0;
  std::vector<std::string> stop{};      // a text ends before the first of these
  std::vector<std::int64_t> end_ids{};  // and at any of these tokens; empty = the tokenizer's end of sentence
  std::uint64_t seed = 1;
};

enum class StoppedBy : std::uint8_t { kMaxTokens, kEndOfSentence, kStopText };

struct Generation {
  std::string text;         // without the prompt and the stop text
  std::int64_t tokens = 0;  // number of tokens drawn, including end of sentence
  StoppedBy stopped_by = StoppedBy::kMaxTokens;
};

class Generator {
 public:
  // Reads the prompt, once for all samples; an empty prompt becomes the tokenizer's begin token. Only the end of a
  // prompt longer than the context is read, with a warning. The model must outlive the generator. Errors: DataError for
  // an empty prompt without a begin token, a prompt that is not UTF-8, or a tokenizer with more tokens than the model;
  // UsageError for options out of range or an empty stop text.
  Generator(const models::CausalLm& model, const text::Tokenizer& tokenizer, std::string_view prompt,
            GenerateOptions options);

  // Number of tokens of the prompt that were read.
  std::int64_t prompt_tokens() const { return std::ssize(prompt_.tokens); }

  // Called with each piece of text as soon as it is certain: whole characters that do not begin a stop text.
  using OnText = std::function<void(std::string_view)>;
  // Text number `index`, which depends on (seed, index) and not on other samples. Errors: NumericsError if the model's
  // output is not finite.
  Generation sample(std::uint64_t index, const OnText& on_text = {}) const;

 private:
  struct State {
    std::vector<std::int64_t> tokens;  // the tokens in `reading`
    models::CausalLm::Reading reading;
    std::vector<double> logits;  // for the next token
  };
  State fork_prompt() const;
  void read(State& state, std::vector<std::int64_t> ids) const;
  void read_on(State& state, std::int64_t id) const;
  bool ends(std::int64_t id) const;

  const models::CausalLm& model_;
  text::Tokenizer tokenizer_;
  GenerateOptions options_;
  StopFilter filter_;  // unused, copied for each sample
  std::int64_t context_;
  std::vector<std::int32_t> prompt_ids_;
  State prompt_;
};

}  // namespace prenorm::decoding

namespace prenorm {

template <>
struct EnumNames<decoding::StoppedBy> {
  static constexpr std::array<std::pair<decoding::StoppedBy, std::string_view>, 3> values{
      {{decoding::StoppedBy::kMaxTokens, "max_tokens"},
       {decoding::StoppedBy::kEndOfSentence, "end_of_sentence"},
       {decoding::StoppedBy::kStopText, "stop_text"}}};
};

}  // namespace prenorm
