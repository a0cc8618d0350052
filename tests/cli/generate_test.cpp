#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_line.h"
#include "files/temporary_folder.h"
#include "prenorm/files/file.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/models/translator.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/run_folder.h"
#include "text/sample_text.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Words = std::vector<std::string>;

Config small_config(TaskKind task) {
  Config config;
  config.task = task;
  if (task == TaskKind::kCausalLm)
    config.data.train_text = "text";
  else
    config.data.train_source = config.data.train_target = "text";
  config.data.sequence_length = 16;
  config.tokenizer.kind = TokenizerKind::kCharacter;
  config.model.encoder_layers = config.model.decoder_layers = 1;
  config.model.d_model = config.model.d_ff = 16;
  config.model.num_heads = 2;
  config.runtime.threads = 1;
  return config;
}

// A run as training leaves it, with the weights that training starts from.
template <class Model, class... Sizes>
void write_run(const fs::path& path, const Config& config, const text::Tokenizer& tokenizer, Sizes... sizes) {
  const runs::RunFolder run(path);
  run.create(config, {tokenizer, tokenizer, true});
  Model model(config.model, sizes..., 1);
  runs::TrainerState state;
  state.step = 5;
  const optim::Optimizer optimizer(config.optim, model.parameters().values(), model.parameters().gradients());
  runs::save_checkpoint(run.checkpoint(5), model.parameters(), optimizer, state);
  run.link_last(5);
}

class GenerateCommand : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    // In a process of its own: what has computed with LibTorch must not fork any more.
    const Outcome outcome = prenorm({"--version"}, {"", false, write_runs});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  static void write_runs() {
    TokenizerConfig config;
    config.kind = TokenizerKind::kCharacter;
    const text::Tokenizer tokenizer =
        text::train_tokenizer(line_source(sample_lines()), config, "the text", {.newline = true});
    const std::int64_t size = tokenizer.size();
    write_run<models::CausalLm>(run(), small_config(TaskKind::kCausalLm), tokenizer, size);
    write_run<models::Translator>(translator(), small_config(TaskKind::kTranslation), tokenizer, size, size);
  }
  static void TearDownTestSuite() { delete folder_; }
  static fs::path run() { return *folder_ / "gpt"; }
  static fs::path translator() { return *folder_ / "translator"; }

  static Outcome generate(const Words& more = {}, const std::string& input = "", const fs::path& path = run()) {
    Words words = {"generate", path};
    words.insert(words.end(), more.begin(), more.end());
    return prenorm(words, {input, false, {}});
  }
  static nlohmann::json generated(Words more, const std::string& input = "") {
    more.emplace_back("--json");
    const Outcome outcome = generate(more, input);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  }
  static void expect_refused(const Outcome& outcome, int code, const std::string& what) {
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(what));
  }

  static inline TemporaryFolder* folder_ = nullptr;
};

TEST_F(GenerateCommand, OneJsonObject) {
  const nlohmann::json object = generated({"--prompt", "the cat", "--max-tokens", "30", "--samples", "3"});
  EXPECT_EQ(object["prompt"], "the cat");
  ASSERT_EQ(object["samples"].size(), 3U);
  for (const nlohmann::json& sample : object["samples"]) {
    const auto tokens = sample["tokens"].get<int>();
    if (sample["stopped_by"] == "max_tokens") {
      EXPECT_EQ(tokens, 30);
    } else {
      EXPECT_EQ(sample["stopped_by"], "end_of_sentence");
    }
    EXPECT_TRUE(sample["text"].is_string());
  }
  EXPECT_NE(object["samples"][0]["text"], object["samples"][1]["text"]);
  EXPECT_GT(object["tokens_per_second"].get<double>(), 0);
}

TEST_F(GenerateCommand, TextIsThatOfTheJsonObject) {
  const Words options = {"--prompt", "the ", "--max-tokens", "20", "--samples", "2", "--seed", "3", "--top-k", "8"};
  const nlohmann::json object = generated(options);
  const Outcome outcome = generate(options);
  EXPECT_EQ(outcome.out, object["samples"][0]["text"].get<std::string>() + "\n---\n" +
                             object["samples"][1]["text"].get<std::string>() + "\n");
  EXPECT_THAT(outcome.err, MatchesRegex("[0-9]+ tokens in [0-9.]+ s: [0-9]+ tokens/s\n"));
}

TEST_F(GenerateCommand, PromptFromStandardInputAsItIs) {
  const nlohmann::json object = generated({"--prompt", "-", "--temperature", "0", "--max-tokens", "5"}, "a dog\nsat\n");
  EXPECT_EQ(object["prompt"], "a dog\nsat\n");
  EXPECT_EQ(object["samples"],
            generated({"--prompt", "a dog\nsat\n", "--temperature", "0", "--max-tokens", "5"})["samples"]);
  EXPECT_EQ(generated({"--max-tokens", "5"})["prompt"], "") << "from the begin token";
  const auto closed = [] { ::close(STDIN_FILENO); };
  expect_refused(prenorm({"generate", run(), "--prompt", "-"}, {"", false, closed}), 1,
                 "standard input: cannot be read");
}

TEST_F(GenerateCommand, SeedsAndStopTexts) {
  const auto text = [](const Words& options) {
    Words all = {"--prompt", "the ", "--max-tokens", "25", "--min-p", "0.001", "--top-p", "0.99"};
    all.insert(all.end(), options.begin(), options.end());
    return generated(all)["samples"][0]["text"].get<std::string>();
  };
  const std::string first = text({});
  EXPECT_EQ(text({"--seed", "1", "--threads", "2"}), first);
  EXPECT_NE(text({"--seed", "2"}), first);
  ASSERT_GT(first.size(), 4U);
  const std::string stop = first.substr(2, 2);
  EXPECT_EQ(text({"--stop", "never to come", "--stop", stop}), first.substr(0, first.find(stop)));
}

TEST_F(GenerateCommand, APromptLongerThanTheModelLooksBack) {
  const Outcome outcome = generate({"--prompt", "the cat sat on the mat", "--max-tokens", "3"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err,
              HasSubstr("the prompt has 22 tokens but the model's context is 16: only the end of the prompt is used"));
}

TEST_F(GenerateCommand, RunsThatCannotWrite) {
  expect_refused(generate({}, "", *folder_ / "absent"), 2, "is not a run folder");
  expect_refused(generate({}, "", translator()), 2, "is a translation run; use prenorm translate");
  expect_refused(prenorm({"translate", run()}), 2, "is a causal_lm run; use prenorm generate");
  expect_refused(generate({"--checkpoint", "6"}), 1, "no checkpoint 6");
  EXPECT_EQ(generate({"--checkpoint", "5", "--max-tokens", "1"}).code, 0);
  expect_refused(prenorm({"generate"}), 2, "RUN is missing");
}

TEST_F(GenerateCommand, OptionsThatCannotBe) {
  const std::pair<Words, std::string> bad[] = {
      {{"--temperature", "-1"}, "temperature = -1"},
      {{"--temperature", "nan"}, "temperature = nan"},
      {{"--top-k", "-2"}, "top_k = -2"},
      {{"--top-p", "1.5"}, "top_p = 1.5"},
      {{"--min-p", "2"}, "min_p = 2"},
      {{"--max-tokens", "0"}, "--max-tokens"},
      {{"--samples", "0"}, "--samples"},
      {{"--stop", ""}, "a stop text is empty"},
      {{"--seed", "x"}, "--seed"},
      {{"--prompt"}, "--prompt: needs a value"},
  };
  for (const auto& [options, what] : bad) expect_refused(generate(options), 2, what);
  expect_refused(generate({"--prompt", "b\xE9"}), 1, "the prompt is not UTF-8");
}

}  // namespace
}  // namespace prenorm::test
