// Generation with kept keys and values against the whole model over the whole prefix, and where a text ends.
#include "prenorm/decoding/generate.h"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "enum_values.h"
#include "golden_file.h"
#include "prenorm/base/error.h"
#include "prenorm/text/sentencepiece.h"
#include "random_tensor.h"
#include "test_seed.h"
#include "text/sample_text.h"

namespace prenorm::decoding {
namespace {

using models::CausalLm;
using test::line_source;
using test::sample_lines;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

text::Tokenizer tokenizer_of(TokenizerKind kind) {
  TokenizerConfig config;
  config.kind = kind;
  return text::train_tokenizer(line_source(sample_lines()), config, "the text", {.newline = true});
}

ModelConfig small_config(Positions positions = Positions::kSinusoidal) {
  ModelConfig config;
  config.decoder_layers = 2;
  config.d_model = 16;
  config.d_ff = 24;
  config.num_heads = 4;
  config.positions = positions;
  config.max_positions = 12;
  config.activation = Activation::kGelu;
  return config;
}

// Random weights away from the start, and in double precision, so that no two logits are a matter of rounding.
CausalLm small_model(const ModelConfig& config, const text::Tokenizer& tokenizer) {
  CausalLm model(config, tokenizer.size(), test::test_seed(3), at::kDouble);
  const at::NoGradGuard no_grad;
  at::Tensor values = model.parameters().values();
  values.add_(prenorm::testing::random_tensor({values.numel()}, 2), 0.2);
  return model;
}

struct Expected {
  std::vector<std::int32_t> tokens;
  std::string text;
};

// The likeliest tokens by CausalLm::logits of all that is looked back at, computed anew for each token.
Expected greedy(const CausalLm& model, const text::Tokenizer& tokenizer, const std::vector<std::int32_t>& prompt,
                std::int64_t count, std::int64_t context) {
  const at::NoGradGuard no_grad;
  Expected expected;
  std::vector<std::int64_t> seen(prompt.begin(), prompt.end());
  if (std::ssize(seen) > context) seen.erase(seen.begin(), seen.end() - context);
  while (std::ssize(expected.tokens) < count) {
    batches::TextBatch batch;
    batch.tokens.ids = seen;
    batch.tokens.end_sequence();
    const auto token = model.logits(batch, {})[std::ssize(seen) - 1].argmax().item<std::int64_t>();
    expected.tokens.push_back(static_cast<std::int32_t>(token));
    if (token == tokenizer.eos_id()) break;
    seen.push_back(token);
    if (std::ssize(seen) > context) seen.erase(seen.begin(), seen.end() - std::max<std::int64_t>(context / 2, 1));
  }
  std::vector<std::int32_t> all = prompt;
  all.insert(all.end(), expected.tokens.begin(), expected.tokens.end());
  expected.text = tokenizer.decode(all).substr(tokenizer.decode(prompt).size());
  return expected;
}

void expect_greedy(const ModelConfig& config, const text::Tokenizer& tokenizer, const std::string& prompt,
                   std::int64_t context_option, std::int64_t context) {
  const CausalLm model = small_model(config, tokenizer);
  const Generator generator(model, tokenizer, prompt,
                            {.sampling = {.temperature = 0}, .max_tokens = 40, .context = context_option});
  const Generation text = generator.sample(0);
  const Expected expected = greedy(model, tokenizer, tokenizer.encode_text(prompt), 40, context);
  EXPECT_EQ(text.text, expected.text);
  EXPECT_EQ(text.tokens, std::ssize(expected.tokens));
  EXPECT_GT(text.tokens, 0);
}

constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();

TEST(Generator, GreedyIsTheWholeModelOverTheWholePrefix) {
  const text::Tokenizer tokenizer = tokenizer_of(TokenizerKind::kCharacter);
  for (const auto& norm_case : prenorm::testing::norm_cases())
    for (const Positions positions : {Positions::kSinusoidal, Positions::kLearned}) {
      SCOPED_TRACE(norm_case.name());
      ModelConfig config = small_config(positions);
      norm_case.apply_to(config);
      expect_greedy(config, tokenizer, "the cat", 0, positions == Positions::kLearned ? 12 : kEndless);
    }
}

TEST(Generator, ReadsTheNewerHalfWhereTheContextIsFull) {
  const text::Tokenizer tokenizer = tokenizer_of(TokenizerKind::kByte);
  for (const std::int64_t context : {1, 2, 3, 7, 12, 50})
    for (const Positions positions : {Positions::kSinusoidal, Positions::kLearned})
      for (const char* prompt : {"t", "the cat", "the cat sat on the mat"})
        expect_greedy(small_config(positions), tokenizer, prompt, context,
                      positions == Positions::kLearned ? std::min<std::int64_t>(context, 12) : context);
}

TEST(Generator, ALongPromptIsReadInPieces) {
  std::string prompt;
  for (int i = 0; i < 60; ++i) prompt += sample_lines()[static_cast<std::size_t>(i) % 8] + "\n";
  ASSERT_GT(prompt.size(), 1000U);
  expect_greedy(small_config(), tokenizer_of(TokenizerKind::kByte), prompt, 0, kEndless);
}

TEST(Generator, AnEmptyPromptIsTheBeginToken) {
  const text::Tokenizer tokenizer = tokenizer_of(TokenizerKind::kCharacter);
  const CausalLm model = small_model(small_config(), tokenizer);
  const Generator generator(model, tokenizer, "", {.sampling = {.temperature = 0}, .max_tokens = 20});
  EXPECT_EQ(generator.prompt_tokens(), 1);
  EXPECT_EQ(generator.sample(0).text, greedy(model, tokenizer, {tokenizer.bos_id()}, 20, kEndless).text);
}

// Given ids end a text, and the tokenizer's end then is a token like others.
TEST(Generator, EndsAtTheFirstOfTheGivenIds) {
  const text::Tokenizer tokenizer = tokenizer_of(TokenizerKind::kCharacter);
  const CausalLm model = small_model(small_config(), tokenizer);
  const std::vector<std::int32_t> prompt = tokenizer.encode_text("the cat");
  const GenerateOptions greedy_options{.sampling = {.temperature = 0}, .max_tokens = 40};
  const std::vector<std::int32_t> tokens = greedy(model, tokenizer, prompt, 40, kEndless).tokens;
  ASSERT_FALSE(tokens.empty());
  GenerateOptions options = greedy_options;
  options.end_ids = {tokenizer.size() + 7, tokens.back()};  // an id that no token has ends nothing
  const Generation text = Generator(model, tokenizer, "the cat", options).sample(0);
  EXPECT_EQ(text.stopped_by, StoppedBy::kEndOfSentence);
  EXPECT_EQ(text.tokens, std::find(tokens.begin(), tokens.end(), tokens.back()) - tokens.begin() + 1);
  options.end_ids = {tokenizer.size() + 7};
  EXPECT_EQ(Generator(model, tokenizer, "the cat", options).sample(0).tokens, 40);
}

TEST(Generator, PromptsThatCannotBeUsed) {
  std::string serialized;
  const auto lines = line_source(sample_lines());
  ASSERT_EQ(
      text::sentencepiece().train({{"vocab_size", "48"}, {"bos_id", "-1"}, {"minloglevel", "3"}}, lines, serialized),
      "");
  const text::Tokenizer tokenizer = text::Tokenizer::from_serialized(serialized);
  ASSERT_EQ(tokenizer.bos_id(), -1);
  const CausalLm model = small_model(small_config(), tokenizer);
  for (const char* prompt : {"", "  "})
    EXPECT_THAT([&] { Generator(model, tokenizer, prompt, {}); },
                ThrowsMessage<DataError>(HasSubstr("the prompt is empty")));
  EXPECT_THAT([&] { Generator(model, tokenizer, "b\xE9", {}); }, ThrowsMessage<DataError>(HasSubstr("not UTF-8")));
  EXPECT_THAT([&] { Generator(model, tokenizer_of(TokenizerKind::kByte), "a", {}); },
              ThrowsMessage<DataError>(HasSubstr("the tokenizer has 259 tokens but the model only 48")));
}

class Sampling : public ::testing::Test {
 protected:
  Generation sample(std::uint64_t index, GenerateOptions options = {}) const {
    return Generator(model_, tokenizer_, "the ", std::move(options)).sample(index);
  }
  // The first of the samples that runs to its full length.
  std::pair<std::uint64_t, Generation> long_sample(const GenerateOptions& options) const {
    for (std::uint64_t index = 0; index < 1000; ++index) {
      Generation text = sample(index, options);
      if (text.stopped_by == StoppedBy::kMaxTokens && text.text.find("\uFFFD") == std::string::npos)
        return {index, std::move(text)};
    }
    throw std::logic_error("no sample is long enough");
  }

  text::Tokenizer tokenizer_ = tokenizer_of(TokenizerKind::kCharacter);
  CausalLm model_ = small_model(small_config(), tokenizer_);
};

TEST_F(Sampling, DependsOnSeedAndIndexAlone) {
  const Generator generator(model_, tokenizer_, "the ", {.max_tokens = 30, .seed = 7});
  std::set<std::string> texts;
  for (const std::uint64_t index : {3U, 0U, 1U, 2U}) {
    const Generation text = generator.sample(index);
    EXPECT_EQ(text.text, sample(index, {.max_tokens = 30, .seed = 7}).text);
    texts.insert(text.text);
    texts.insert(sample(index, {.max_tokens = 30, .seed = 8}).text);
  }
  EXPECT_GE(texts.size(), 7U) << "others, but for those that end at once";
}

TEST_F(Sampling, EndsWithTheEndOfSentence) {
  int ended = 0;
  for (std::uint64_t index = 0; index < 20; ++index) {
    const Generation text = sample(index, {.max_tokens = 60});
    const bool by_end = text.stopped_by == StoppedBy::kEndOfSentence;
    ended += by_end ? 1 : 0;
    if (!by_end) {
      EXPECT_EQ(text.tokens, 60);
    }
    EXPECT_LE(text.tokens, 60);
  }
  EXPECT_GT(ended, 3);
}

// A token is a character here: each stop text is cut up.
TEST_F(Sampling, EndsBeforeAStopText) {
  const auto [index, whole] = long_sample({.max_tokens = 30});
  const std::string stop = whole.text.substr(12, 4);
  const std::size_t at = whole.text.find(stop);
  const Generation text = sample(index, {.max_tokens = 30, .stop = {"never to come", stop}});
  EXPECT_EQ(text.text, whole.text.substr(0, at));
  EXPECT_EQ(text.stopped_by, StoppedBy::kStopText);
  EXPECT_LT(text.tokens, 30);
  EXPECT_EQ(sample(index, {.max_tokens = 30, .stop = {"never to come"}}).text, whole.text);
  EXPECT_THROW(sample(0, {.stop = {""}}), UsageError);
}

TEST_F(Sampling, StreamsWhatItReturns) {
  const Generator generator(model_, tokenizer_, "the ", {.max_tokens = 50, .stop = {"zz", "e "}});
  for (std::uint64_t index = 0; index < 10; ++index) {
    std::string streamed;
    int pieces = 0;
    const Generation text = generator.sample(index, [&](std::string_view piece) {
      EXPECT_FALSE(piece.empty());
      streamed += piece;
      ++pieces;
    });
    EXPECT_EQ(streamed, text.text);
    EXPECT_GE(pieces + 2, static_cast<int>(text.text.size()) / 4) << "as it comes, not at the end";
  }
}

TEST_F(Sampling, OneTokenIsOneToken) {
  const Generation text = sample(0, {.max_tokens = 1});
  EXPECT_EQ(text.tokens, 1);
  for (const std::int64_t tokens : {0, -1}) EXPECT_THROW(sample(0, {.max_tokens = tokens}), UsageError);
  EXPECT_THROW(sample(0, {.context = -1}), UsageError);
  EXPECT_THROW(sample(0, {.sampling = {.top_p = 2}}), UsageError);
}

TEST_F(Sampling, AModelThatIsNotFinite) {
  const at::NoGradGuard no_grad;
  model_.parameters().values().fill_(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT([&] { sample(0); }, ThrowsMessage<NumericsError>(HasSubstr("the logit of token 0 is nan")));
}

}  // namespace
}  // namespace prenorm::decoding
