// `prenorm train`: what it prints, how it stops, and that bad input leaves everything as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_line.h"
#include "prenorm/base/utf8.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"
#include "training/tiny_run.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class TrainCommand : public testing::Test {
 protected:
  TrainCommand() { write_config(text_.config()); }

  void write_config(const Config& config) { write_file_atomically(toml_, to_toml(config)); }
  // `prenorm train CONFIG --run RUN --quiet MORE`
  Outcome train(const Words& more = {}, const Surroundings& surroundings = {}) const {
    Words words = {"train", toml_, "--run", run_, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return prenorm(words, surroundings);
  }
  Outcome resume(const Words& more = {}, const Surroundings& surroundings = {}) const {
    Words words = {"train", "--resume", "--run", run_, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return prenorm(words, surroundings);
  }

  // One sentence, nothing on stdout, and no run folder, or the one that was there as it was.
  void expect_refused(const Outcome& outcome, int code, const std::string& what) const {
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("error: "));
    EXPECT_THAT(outcome.err, HasSubstr(what));
    EXPECT_EQ(fs::exists(run_) ? content_of(run_) : Content{}, before_);
  }
  void expect_train_refused(const Words& more, int code, const std::string& what) {
    remember();
    expect_refused(train(more), code, what);
  }
  void expect_resume_refused(const Words& more, int code, const std::string& what) {
    remember();
    expect_refused(resume(more), code, what);
  }
  void remember() {
    before_ = fs::exists(run_) ? content_of(run_) : Content{};
    before_.emplace((run_ / ".lock").string(), hash_hex(""));
    if (!fs::exists(run_)) before_.clear();
  }
  void flip_byte(const fs::path& path) const {
    std::string bytes = read_file(path);
    bytes[bytes.size() / 2] ^= 1;
    write_file_atomically(path, bytes);
  }

  using Content = std::map<std::string, std::string>;
  const TinyText text_;
  const fs::path toml_ = text_ / "tiny.toml", run_ = text_ / "runs/one";
  Content before_;
};

TEST_F(TrainCommand, SaysWhatCameOut) {
  const Outcome outcome = train({"--set", "train.average_last=2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], StartsWith(run_.string() + ": 12 updates in 0:"));
  EXPECT_THAT(lines[1], StartsWith("last checkpoint: validation loss "));
  EXPECT_THAT(lines[1], HasSubstr("nats per token, BLEU "));
  EXPECT_THAT(lines[2], StartsWith("averaged checkpoints: validation loss "));
  EXPECT_EQ(load_run_config(run_).config.train.average_last, 2) << "the run keeps its configuration";
  const Outcome as_json = resume({"--json"});
  ASSERT_EQ(as_json.code, 0) << as_json.err;
  nlohmann::json results = read_json(run_ / "results.json");
  results["run"] = run_.string();
  EXPECT_EQ(nlohmann::json::parse(as_json.out), results);
}

TEST_F(TrainCommand, TellsOfItsProgress) {
  const Outcome outcome = prenorm({"train", toml_, "--run", run_});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("training a bpe vocabulary of 32 pieces"));
  EXPECT_THAT(outcome.err, HasSubstr("pre_ln, 1+1 layers, d_model 16, "));
  EXPECT_THAT(outcome.err, HasSubstr("adam at rate 0.005, no warm-up"));
  EXPECT_THAT(outcome.err, HasSubstr("update 5: validation loss "));
  EXPECT_THAT(outcome.err, HasSubstr("training 100 %  12/12"));
}

TEST_F(TrainCommand, TheRunFolderIsNamedAfterTheConfiguration) {
  const auto alter = [&] { ::chdir(text_.path().c_str()) == 0 ? void() : ::_exit(99); };
  const Words set = {"--quiet", "--set", "train.max_steps=2"};
  Words words = {"train", "tiny.toml"};
  words.insert(words.end(), set.begin(), set.end());
  const Outcome outcome = prenorm(words, {"", false, alter});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("runs/tiny: 2 updates"));
  EXPECT_TRUE(fs::exists(text_ / "runs/tiny/last/model.safetensors"));
  EXPECT_EQ(names_in(text_ / "runs"), (Words{"prepared", "tiny"}));
  words.insert(words.end(), {"--resume", "--set", "train.max_steps=4"});
  EXPECT_THAT(prenorm(words, {"", false, alter}).out, StartsWith("runs/tiny: 4 updates"));
}

TEST_F(TrainCommand, ASeparatorAfterTheFolderChangesNothing) {
  const Words words = {"train", toml_, "--run", run_.string() + "/", "--quiet", "--set", "train.max_steps=2"};
  const Outcome outcome = prenorm(words);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(names_in(text_ / "runs"), (Words{"one", "prepared"}));
}

TEST_F(TrainCommand, ARunThatIsThereIsNotOverwritten) {
  ASSERT_EQ(train().code, 0);
  expect_train_refused(
      {}, 2,
      run_.string() +
          ": already contains a run; name another folder with --run, or resume it with `prenorm train --resume`");
  // Early: before any text is read.
  fs::remove(text_ / "train.src");
  expect_train_refused({}, 2, "already contains a run");
}

TEST_F(TrainCommand, AFolderWithOtherThingsIsLeftAlone) {
  fs::create_directories(run_);
  write_file_atomically(run_ / "notes", "mine");
  before_ = content_of(run_);
  expect_refused(train(), 2, "the folder is not empty and contains no run");
}

TEST_F(TrainCommand, NothingToResume) {
  expect_resume_refused({}, 2, run_.string() + ": no run to resume; name a TOML file to start one");
  expect_train_refused({"--resume"}, 2, run_.string() + ": no run to resume; leave out --resume to start one");
  expect_refused(prenorm({"train"}), 2, "no configuration given; name a TOML file, or use --resume --run DIR");
  expect_refused(prenorm({"train", "--resume"}), 2, "no configuration given");
  expect_refused(prenorm({"train", "--run", run_}), 2, "no configuration given");
}

TEST_F(TrainCommand, MistakesInTheConfiguration) {
  expect_train_refused({"--set", "optim.lrr=1"}, 2, "unknown key 'optim.lrr' (did you mean 'optim.lr'?)");
  expect_train_refused({"--set", "model.dropout=1.5"}, 2, "model.dropout: 1.5 is out of range 0 to 0.99");
  expect_train_refused({"--set", "model.num_heads=3"}, 2, "model.d_model must be a multiple of model.num_heads");
  expect_train_refused({"--set", "train.average_last=9"}, 2, "train.average_last must be at most train.keep_last");
  expect_train_refused({"--set", "data.train_source="}, 2, "data.train_source must name a file");
  expect_train_refused({"--set", "tokenizer.vocab_size=5000"}, 2, "tokenizer.vocab_size");
  write_file_atomically(toml_, "[model]\nd_model = 16\nd_modle = 3\n");
  expect_train_refused({}, 2, toml_.string() + ":3:1: unknown key 'model.d_modle' (did you mean 'model.d_model'?)");
  fs::remove(toml_);
  expect_train_refused({}, 1, toml_.string() + ": cannot be opened: No such file or directory");
}

TEST_F(TrainCommand, MissingText) {
  for (const char* key : {"train_source", "train_target", "valid_source", "valid_target"})
    expect_train_refused({"--set", std::string("data.") + key + "=" + (text_ / "absent").string()}, 1,
                         (text_ / "absent").string() + ": ");
  EXPECT_FALSE(fs::exists(text_ / "runs")) << "nothing has been prepared in vain";
}

TEST_F(TrainCommand, LineCountsThatDiffer) {
  write_tiny_text(text_ / "train.src", text_ / "unused", 199, 1);
  expect_train_refused({}, 1, "train.src has 199 lines, ");
  write_tiny_text(text_ / "train.src", text_ / "train.tgt", 200, 1);
  write_tiny_text(text_ / "unused", text_ / "valid.tgt", 13, 1);
  expect_train_refused({}, 1, "valid.tgt has 13");
}

TEST_F(TrainCommand, TextThatIsNotUtf8) {
  const std::string latin1 = "caf\xE9\n";
  for (const char* side : {"train", "valid"}) {
    const fs::path source = text_ / (side + std::string(".src")), target = text_ / (side + std::string(".tgt"));
    const std::string good_source = read_file(source), good_target = read_file(target);
    write_file_atomically(source, "ba\n" + good_source + latin1);
    write_file_atomically(target, "ba\n" + good_target + "ba\n");
    const std::size_t lines = lines_of(good_source).size() + 2;
    expect_train_refused({}, 1, source.string() + ":" + std::to_string(lines) + ": ");
    write_file_atomically(source, good_source);
    write_file_atomically(target, good_target);
  }
}

// Before hours of training. Where such pairs are dropped, loss and BLEU are those of the others.
TEST_F(TrainCommand, ValidationTextThatIsNotUtf8FollowsTheRuleOfTrainingText) {
  write_file_atomically(text_ / "valid.src", "ba de\nba\xFF\nko\nmi\n");
  write_file_atomically(text_ / "valid.tgt", "de ba\nba\nko\nm\xFF\n");
  expect_train_refused({}, 1, "valid.src:2: not valid UTF-8");
  ASSERT_EQ(train({"--set", "data.invalid_utf8=drop"}).code, 0);
  const auto with_dropped = metrics_of(run_, "validation");
  fs::remove_all(run_);
  write_file_atomically(text_ / "valid.src", "ba de\nko\n");
  write_file_atomically(text_ / "valid.tgt", "de ba\nko\n");
  ASSERT_EQ(train().code, 0);
  EXPECT_EQ(metrics_of(run_, "validation"), with_dropped);
}

// A vocabulary of bytes can spell what is no text: U+FFFD takes its place, in BLEU, in the log and in what is printed.
TEST_F(TrainCommand, ATranslatorOfBytesThatHasLearnedNothingYetIsScored) {
  Config config = text_.config();
  config.tokenizer.kind = TokenizerKind::kByte;
  config.data.max_source_tokens = config.data.max_target_tokens = 100;
  config.batch.max_tokens = 400;
  config.optim.lr = 1e-9;
  config.train.max_steps = config.train.valid_every = 2;
  config.train.bleu_every = 2;
  config.decode.max_length_ratio = 0;
  write_config(config);
  bool any_replaced = false;
  for (const char* seed : {"1", "2", "3"}) {
    fs::remove_all(run_);
    const Outcome trained = train({"--set", std::string("train.seed=") + seed});
    ASSERT_EQ(trained.code, 0) << trained.err;
    EXPECT_TRUE(read_json(run_ / "results.json")["last"]["bleu"].is_number());
    const Outcome translated =
        prenorm({"translate", run_, "--n-best", "2"}, {read_file(text_ / "valid.src"), false, {}});
    ASSERT_EQ(translated.code, 0) << translated.err;
    EXPECT_TRUE(is_utf8(translated.out));
    any_replaced = any_replaced || translated.out.find("\uFFFD") != std::string::npos;
    const Outcome evaluated =
        prenorm({"evaluate", run_, "--source", text_ / "valid.src", "--reference", text_ / "valid.tgt", "--json"});
    ASSERT_EQ(evaluated.code, 0) << evaluated.err;
    EXPECT_EQ(nlohmann::json::parse(evaluated.out)["bleu"], read_json(run_ / "results.json")["last"]["bleu"]);
  }
  EXPECT_TRUE(any_replaced) << "no model has written what is no text, so that nothing was tested";
}

TEST_F(TrainCommand, EmptyText) {
  for (const char* side : {"train", "valid"}) {
    write_file_atomically(text_ / (side + std::string(".src")), "");
    write_file_atomically(text_ / (side + std::string(".tgt")), "");
    expect_train_refused({}, 1, side + std::string(".tgt: both files are empty"));
    write_tiny_text(text_ / "train.src", text_ / "train.tgt", 200, 1);
    write_file_atomically(text_ / "valid.src", "\n \n");
    write_file_atomically(text_ / "valid.tgt", "\n\n");
  }
  expect_train_refused({}, 1, "no sentence pair is usable");
}

TEST_F(TrainCommand, AResumedRunMustBeTheSame) {
  ASSERT_EQ(train().code, 0);
  expect_resume_refused({"--set", "model.d_model=32"}, 2,
                        "cannot resume with model.d_model = 32, the run was started with 16");
  expect_resume_refused({"--set", "train.seed=2"}, 2, "cannot resume with train.seed = 2");
  expect_train_refused({"--resume", "--set", "batch.accumulate=2"}, 2, "cannot resume with batch.accumulate = 2");
  EXPECT_EQ(resume({"--set", "train.max_steps=14", "--set", "train.log_every=1"}).code, 0);
  EXPECT_EQ(load_run_config(run_).config.train.max_steps, 14);
}

TEST_F(TrainCommand, ADamagedCheckpointIsRefusedAndTheOneBeforeItTakenOnceItIsGone) {
  ASSERT_EQ(train().code, 0);
  const fs::path last = run_ / "checkpoints/000012";
  for (const char* name : {"model.safetensors", "optimizer.safetensors", "trainer.json"}) {
    const std::string good = read_file(last / name);
    flip_byte(last / name);
    expect_resume_refused({"--set", "train.max_steps=20"}, 1, (last / name).string() + ": the checkpoint is damaged");
    write_file_atomically(last / name, good.substr(0, good.size() / 2));
    expect_resume_refused({}, 1, (last / name).string() + ": the checkpoint is damaged");
    fs::remove(last / name);
    expect_resume_refused({}, 1, (last / name).string() + ": cannot be opened");
    write_file_atomically(last / name, good);
  }
  fs::remove_all(last);
  ASSERT_EQ(resume().code, 0) << "from update 10";
  EXPECT_EQ(read_json(run_ / "results.json")["updates"], 12);
}

TEST_F(TrainCommand, AFullDiskLeavesTheLastGoodCheckpoint) {
  ASSERT_EQ(train().code, 0);
  const std::uintmax_t model = fs::file_size(run_ / "last/model.safetensors");
  // What is written first beside the log: too large by half, and then the optimizer.
  for (const std::uintmax_t limit : {model / 2, model + 100}) {
    const auto alter = [&] {
      const rlimit size{limit, limit};
      ::setrlimit(RLIMIT_FSIZE, &size);
    };
    const Outcome outcome = resume({"--set", "train.max_steps=20"}, {"", false, alter});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("cannot be written: File too large"));
    EXPECT_EQ(names_in(run_ / "checkpoints"), (Words{"000005", "000010", "000012"}));
    EXPECT_EQ(prenorm({"translate", run_}, {"ba de\n", false, {}}).code, 0);
  }
  EXPECT_EQ(resume().code, 0) << "there is room again";
  EXPECT_EQ(read_json(run_ / "results.json")["updates"], 20);
}

TEST_F(TrainCommand, DivergenceNamesTheTensorAndKeepsTheLastGoodCheckpoint) {
  ASSERT_EQ(train({"--set", "train.max_steps=5"}).code, 0);
  const auto good = content_of(run_ / "checkpoints");
  // A checkpoint of another rate: the configuration of the run is edited, as people do.
  Config config = load_run_config(run_).config;
  config.optim.lr = 1e4;
  config.train.max_steps = 500;
  config.train.valid_every = 1000;
  config.train.checkpoint_every = 1000;
  write_file_atomically(run_ / "config.toml", to_toml(config));
  const Outcome outcome = resume();
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  ASSERT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("update 7: training has diverged: "));
  EXPECT_THAT(outcome.err, HasSubstr("train.src, lines "));
  EXPECT_THAT(outcome.err, HasSubstr("the checkpoint of update 5 is the last good one; the likely cause is that the "
                                     "learning rate is too high: lower optim.lr"));
  EXPECT_EQ(content_of(run_ / "checkpoints"), good);
  EXPECT_EQ(prenorm({"translate", run_, "--checkpoint", "last"}, {"ba de\n", false, {}}).code, 0);
}

// As a shell starts jobs of a script in the background, so that Ctrl-C does not reach them; and as nohup does.
TEST_F(TrainCommand, AnIgnoredSignalDoesNotStopIt) {
  for (const char* signal : {"INT", "HUP"}) {
    fs::remove_all(run_);
    const Outcome outcome =
        shell("trap '' " + std::string(signal) + "; \"$PRENORM\" train " + toml_.string() +
              " --quiet --set train.max_steps=400 --run " + run_.string() + " >/dev/null & pid=$!; while ! test -s " +
              (run_ / "metrics.jsonl").string() + "; do kill -0 $pid || exit 99; sleep 0.02; done; kill -" + signal +
              " $pid; wait $pid");
    EXPECT_EQ(outcome.code, 0) << signal << ": " << outcome.err;
    EXPECT_EQ(read_json(run_ / "results.json")["updates"], 400);
  }
}

// The command in the background, stopped once it has logged an update.
TEST_F(TrainCommand, ASignalStopsItAfterTheUpdateWithACheckpoint) {
  for (const auto& [signal, code] :
       {std::pair("TERM", 143), std::pair("INT", 130), std::pair("HUP", 129), std::pair("USR1", 138)}) {
    fs::remove_all(run_);
    const std::string command = "env --default-signal=INT \"$PRENORM\" train " + toml_.string() +
                                " --quiet --set train.max_steps=1000000 --run " + run_.string();
    const Outcome outcome =
        shell(command + " & pid=$!; while ! test -s " + (run_ / "metrics.jsonl").string() +
              "; do kill -0 $pid || exit 99; sleep 0.02; done; kill -" + signal + " $pid; wait $pid");
    ASSERT_EQ(outcome.code, code) << outcome.err;
    const fs::path last = fs::read_symlink(run_ / "last");
    const int step = std::stoi(last.filename().string());
    EXPECT_EQ(outcome.err, "warning: stopped after update " + std::to_string(step) +
                               "; to continue: prenorm train --resume --run " + run_.string() + "\n");
    EXPECT_EQ(outcome.out, "");
    EXPECT_FALSE(fs::exists(run_ / "results.json"));
    const std::string end = "train.max_steps=" + std::to_string(step + 7);
    ASSERT_EQ(resume({"--set", end}).code, 0);
    const Outcome whole = prenorm({"train", toml_, "--run", text_ / "runs/whole", "--quiet", "--set", end});
    ASSERT_EQ(whole.code, 0);
    EXPECT_EQ(record_of(run_), record_of(text_ / "runs/whole"));
    fs::remove_all(text_ / "runs/whole");
  }
}

TEST_F(TrainCommand, TwoProcessesDoNotTrainInOneFolder) {
  const std::string command =
      "\"$PRENORM\" train " + toml_.string() + " --quiet --set train.max_steps=1000000 --run " + run_.string();
  const Outcome outcome =
      shell(command + " & pid=$!; while ! test -s " + (run_ / "metrics.jsonl").string() +
            "; do kill -0 $pid || exit 99; sleep 0.02; done; \"$PRENORM\" train --resume --quiet --run " +
            run_.string() + "; code=$?; kill -9 $pid; exit $code");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr(run_.string() + ": another process is training in this folder"));
}

}  // namespace
}  // namespace prenorm::test
