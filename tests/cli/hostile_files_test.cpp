// Pipes and devices in the place of files, outputs that would replace inputs, and names that are no text.
#include <sys/stat.h>

#include "cli/tiny_translator.h"
#include "prenorm/base/json.h"
#include "prenorm/files/file.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class HostileFiles : public TinyTranslator {
 protected:
  static void put_pipe(const fs::path& path) {
    fs::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  }
  static void put_endless(const fs::path& path) {
    fs::remove(path);
    fs::create_symlink("/dev/zero", path);
  }
};

// Each of these commands waited for ever, or filled the memory.
TEST_F(HostileFiles, APipeOrADeviceInTheRunIsOneSentence) {
  for (const auto& put : {put_pipe, put_endless})
    for (const char* file : {"config.toml", "vocabulary.model", "metrics.jsonl", "last/trainer.json",
                             "last/model.safetensors", "results.json", "diagnosis.json"}) {
      const fs::path run = copy_of_run();
      write_file_atomically(run / "diagnosis.md", "x");
      put(run / file);
      const std::string name = file;
      const Outcome diagnosed = prenorm({"diagnose", run});
      if (name != "vocabulary.model" && name != "results.json") {
        EXPECT_EQ(diagnosed.code, 1) << file;
        EXPECT_THAT(diagnosed.err, HasSubstr("cannot be read twice, since it is a ")) << file;
      }
      const Outcome translated = prenorm({"translate", run, "--checkpoint", "last"}, {.input = "ba do\n"});
      if (name == "config.toml" || name == "vocabulary.model" || name.starts_with("last/"))
        expect_refused(translated, 1, "cannot be read twice, since it is a ");
      const Outcome reported = prenorm({"report", run, "--output", *text_ / "page.html"});
      EXPECT_EQ(reported.code, 0) << file << ": " << reported.err;
    }
}

TEST_F(HostileFiles, TextThatCannotBeReadTwiceIsRefusedBeforeTraining) {
  const fs::path pipe = *text_ / "pipe";
  put_pipe(pipe);
  for (const char* key : {"data.train_source", "data.train_target", "data.valid_source", "data.valid_target"}) {
    const Outcome outcome = prenorm(
        {"train", *text_ / "tiny.toml", "--run", *text_ / "piped", "--set", std::string(key) + "=" + pipe.string()});
    expect_refused(outcome, 1, "pipe: cannot be read twice, since it is a ");
    EXPECT_FALSE(fs::exists(*text_ / "piped"));
  }
  const Outcome study = prenorm({"study", *text_ / "tiny.toml", "--grid", "optim.lr=1e-3,2e-3", "--dry-run", "--output",
                                 *text_ / "study", "--set", "data.train_source=" + pipe.string()});
  EXPECT_THAT(study.err, HasSubstr("cannot be read twice, since it is a "));
}

TEST_F(HostileFiles, ScoringReadsOnceAndTakesStandardInput) {
  const std::string script = "\"$PRENORM\" evaluate " + run().string() + " --source - --reference " +
                             reference().string() + " < " + source().string() +
                             " && \"$PRENORM\" score --reference <(cat " + reference().string() + ") " +
                             reference().string();
  const Outcome outcome = shell("bash -c '" + script + "'");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("BLEU = 100.00"));
}

TEST_F(HostileFiles, NestedBracketsAreDamage) {
  const fs::path run = copy_of_run();
  const std::string deep = "{\"a\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}";
  write_file_atomically(run / "last/trainer.json", deep);
  expect_refused(prenorm({"translate", run, "--checkpoint", "last"}, {.input = "ba\n"}), 1,
                 "the checkpoint is damaged");
  expect_refused(prenorm({"diagnose", run}), 1, "the checkpoint is damaged");
  const Outcome resumed = prenorm({"train", "--resume", "--run", run, "--quiet"});
  EXPECT_EQ(resumed.code, 1);
  EXPECT_THAT(resumed.err, HasSubstr("the checkpoint is damaged"));
}

TEST_F(HostileFiles, AReportReplacesNothingThatItReads) {
  const fs::path run = copy_of_run();
  fs::create_symlink("copy", *text_ / "link");
  for (const fs::path& output : {run / "metrics.jsonl", *text_ / "link/config.toml", run / "checkpoints/page.html"}) {
    const bool there = fs::exists(output);
    const std::string before = there ? read_file(output) : "";
    expect_refused(prenorm({"report", run, "--output", output}), 2, "would replace what is read");
    EXPECT_EQ(fs::exists(output), there);
    if (there) {
      EXPECT_EQ(read_file(output), before);
    }
  }
  for (int i = 0; i < 2; ++i) EXPECT_EQ(prenorm({"report", run, "--output", run / "page.html"}).code, 0);
  fs::remove(*text_ / "link");
}

TEST_F(HostileFiles, NamesInWarningsAreOneLine) {
  const fs::path page = *text_ / "page.html";
  const Outcome outcome = prenorm({"report", run(), *text_ / "run\nerror: fake\u202E", "--output", page});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("run\\nerror: fake\\u202e: does not exist"));
  EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
}

// link -> elsewhere/inner: link/../run is elsewhere/run.
TEST_F(HostileFiles, AWayUpFromALinkIsTheSystemsOwn) {
  fs::create_directories(*text_ / "elsewhere/inner");
  fs::create_directory_symlink("elsewhere/inner", *text_ / "way");
  const Outcome outcome =
      prenorm({"train", *text_ / "tiny.toml", "--quiet", "--set", "train.max_steps=1", "--run", *text_ / "way/../run"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(*text_ / "elsewhere/run/config.toml"));
  EXPECT_TRUE(fs::exists(*text_ / "elsewhere/prepared"));
}

}  // namespace
}  // namespace prenorm::test
