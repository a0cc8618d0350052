// Text that a causal language model writes on from a prompt, token by token.
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
  std::int64_t max_tokens = 256;  // of a sample
  // Tokens that the model looks back at; 0 = as many as its positions cover. Where they are full, the model starts
  // anew from the newer half of them, so that most tokens cost one step.
  std::int64_t context = 0;
  std::vector<std::string> stop{};      // a text ends before the first of these
  std::vector<std::int64_t> end_ids{};  // and at any of these tokens; empty = the tokenizer's end of sentence
  std::uint64_t seed = 1;
};

enum class StoppedBy : std::uint8_t { kMaxTokens, kEndOfSentence, kStopText };

struct Generation {
  std::string text;         // without the prompt and without the stop text
  std::int64_t tokens = 0;  // that were drawn, the end of sentence too
  StoppedBy stopped_by = StoppedBy::kMaxTokens;
};

class Generator {
 public:
  // Reads the prompt, once for all samples; an empty one is the tokenizer's begin token. Of a prompt longer than the
  // context the end is read, and a warning says so. The model must outlive the generator.
  // Errors: DataError for an empty prompt where there is no begin token, one that is not UTF-8, or a tokenizer of
  // more tokens than the model has; UsageError for options outside their range or an empty stop text.
  Generator(const models::CausalLm& model, const text::Tokenizer& tokenizer, std::string_view prompt,
            GenerateOptions options);

  // Tokens of the prompt that were read.
  std::int64_t prompt_tokens() const { return std::ssize(prompt_.tokens); }

  // Called with each piece of text as soon as it is certain: whole characters that are no begin of a stop text.
  using OnText = std::function<void(std::string_view)>;
  // The text number `index`; it depends on (seed, index) and not on what other samples there are.
  // Errors: NumericsError where the model's output is not finite.
  Generation sample(std::uint64_t index, const OnText& on_text = {}) const;

 private:
  struct State {
    std::vector<std::int64_t> tokens;  // those in `reading`
    models::CausalLm::Reading reading;
    std::vector<double> logits;  // of the next token
  };
  State fork_prompt() const;
  void read(State& state, std::vector<std::int64_t> ids) const;
  void read_on(State& state, std::int64_t id) const;
  bool ends(std::int64_t id) const;

  const models::CausalLm& model_;
  text::Tokenizer tokenizer_;
  GenerateOptions options_;
  StopFilter filter_;  // fresh, for each sample to copy
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
