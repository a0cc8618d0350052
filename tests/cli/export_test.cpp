// `prenorm export` and `prenorm import`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/tiny_translator.h"

namespace prenorm::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Export : public TinyTranslator {
 protected:
  static void SetUpTestSuite() {
    TinyTranslator::SetUpTestSuite();
    const Outcome outcome = prenorm({"train", *text_ / "tiny.toml", "--run", post_ln(), "--quiet", "--set",
                                     "model.norm_placement=post_ln", "--set", "train.max_steps=2"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  static std::filesystem::path post_ln() { return *text_ / "post"; }
  static std::filesystem::path output() { return *text_ / "hf"; }
  void TearDown() override {
    std::filesystem::remove_all(output());
    std::filesystem::remove_all(*text_ / "again");
  }
  static Outcome to_output(const std::filesystem::path& run, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"export", run, "--format", "huggingface", "--output", output()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return prenorm(arguments);
  }
};

TEST_F(Export, AndImportGiveARunThatTranslatesTheSame) {
  const Outcome exported = to_output(post_ln(), {"--json"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  const auto said = nlohmann::json::parse(exported.out);
  EXPECT_EQ(said["model_type"], "marian");
  EXPECT_EQ(said["files"][0], "config.json");
  const Outcome imported = prenorm({"import", output(), "--run", *text_ / "again", "--json"});
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_EQ(nlohmann::json::parse(imported.out)["task"], "translation");
  EXPECT_EQ(nlohmann::json::parse(imported.out)["parameters"], said["parameters"]);

  Surroundings input;
  input.input = read_file(source());
  const Outcome ours = prenorm({"translate", post_ln(), "--beam", "2"}, input);
  const Outcome again = prenorm({"translate", *text_ / "again", "--beam", "2"}, input);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(lines_of(ours.out).size(), 12U);
  EXPECT_EQ(again.out, ours.out);
}

TEST_F(Export, SaysWhatItWrote) {
  const Outcome exported = to_output(post_ln());
  EXPECT_THAT(exported.out, StartsWith(output().string() + ": model_type marian, "));
  EXPECT_THAT(exported.out, HasSubstr("\nmodel.safetensors\n"));
  const Outcome imported = prenorm({"import", output(), "--run", *text_ / "again"});
  EXPECT_THAT(imported.out, StartsWith((*text_ / "again").string() + ": task translation, "));
}

TEST_F(Export, RefusesAnArchitectureThatIsNotPublished) {
  expect_refused(to_output(run()), 2,
                 "model.norm_placement = \"pre_ln\" cannot be exported as model_type "
                 "marian: it needs \"post_ln\"");
  EXPECT_FALSE(std::filesystem::exists(output()));
}

TEST_F(Export, RefusesWhatIsThere) {
  ASSERT_EQ(to_output(post_ln()).code, 0);
  expect_refused(to_output(post_ln()), 2, "already exists and is not an empty folder");
  expect_refused(prenorm({"import", output(), "--run", run()}), 2, "already contains a run");
  expect_refused(prenorm({"import", *text_ / "none", "--run", *text_ / "again"}), 1, "has no config.json");
  expect_refused(prenorm({"export", post_ln(), "--format", "onnx", "--output", *text_ / "x"}), 2,
                 "is not one of huggingface");
}

}  // namespace
}  // namespace prenorm::test
