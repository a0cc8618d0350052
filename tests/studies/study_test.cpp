// Studies of tiny cells, each a process: what is run, what is found again, what is reported.
#include "prenorm/studies/study.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "prenorm/base/error.h"
#include "prenorm/files/folder_lock.h"
#include "prenorm/studies/study_folder.h"
#include "prenorm/text/tokenizer.h"
#include "studies/study_fixture.h"

namespace prenorm::studies {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Texts = std::vector<std::string>;

class StudyTest : public StudyFixture {
 protected:
  StudyTest() : StudyFixture(/*max_steps=*/6) {}

  studies::StudyOutcome run(const Texts& grid) const { return run_study(base(), parse_grid(grid), options_); }
  studies::StudyFolder folder() const { return studies::StudyFolder(options_.folder); }
  fs::path cell(const std::string& name) const { return folder().cell(name); }
  static const studies::CellRecord& find(const studies::StudyOutcome& outcome, const std::string& name) {
    for (const studies::StudyRow& row : outcome.table.rows)
      if (row.cell.name == name) return row.cell;
    throw std::runtime_error("no cell " + name);
  }
  std::string refusal(const Texts& grid) const {
    return refusal_of([&] { run(grid); });
  }
};

// With several rounds of processes, a second each.
class SlowStudy : public StudyTest {};

TEST_F(StudyTest, RunsEveryCellOnceAndGathersThemInOneFolder) {
  const studies::StudyOutcome first = run({"train.seed=1,2"});
  EXPECT_EQ(first.failed, 0);
  EXPECT_EQ(first.unfinished, 0);
  EXPECT_EQ(folder().cells(), (Texts{"base", "train.seed=2"}));
  const studies::CellRecord& second_seed = find(first, "train.seed=2");
  EXPECT_EQ(second_seed.status, studies::CellStatus::kFinished);
  EXPECT_EQ(second_seed.updates, 6);
  const auto results = test::read_json(cell("train.seed=2") / "results.json");
  EXPECT_EQ(second_seed.final_loss, results["last"]["loss_nats_per_token"]);
  EXPECT_EQ(second_seed.bleu, results["last"]["bleu"]);
  EXPECT_EQ(read_file(cell("base") / "vocabulary.model"), read_file(cell("train.seed=2") / "vocabulary.model"))
      << "seeds are compared on the same tokens";
  EXPECT_EQ(load_run_config(cell("base")).config.train.diverged_loss_ratio, studies::kDivergedLossRatio);
  EXPECT_EQ(test::read_json(folder().json())["cells"].size(), 2U);
  EXPECT_EQ(test::names_in(options_.folder),
            (Texts{".lock", "base.toml", "cells", "inputs.json", "prepared", "study.csv", "study.json"}));

  auto before = test::content_of(options_.folder);
  run({"train.seed=2,1"});
  EXPECT_EQ(test::content_of(options_.folder), before) << "nothing was run again";

  config_.train.valid_every = 3;  // decides no update
  const studies::StudyOutcome more = run({"optim.lr=0.01"});
  EXPECT_EQ(more.table.rows.size(), 3U);
  EXPECT_EQ(find(more, "optim.lr=0.01").status, studies::CellStatus::kFinished);
  for (const char* name : {"base", "train.seed=2"})
    EXPECT_EQ(hash_file_hex(cell(name) / "results.json"), before[(cell(name) / "results.json").string()]);
}

TEST_F(StudyTest, ADryRunShowsTheCellsAndWritesNothing) {
  options_.dry_run = true;
  const studies::StudyOutcome outcome = run({"train.seed=1,2,3"});
  EXPECT_EQ(outcome.table.rows.size(), 3U);
  EXPECT_EQ(outcome.unfinished, 3);
  EXPECT_EQ(find(outcome, "base").status, studies::CellStatus::kWaiting);
  EXPECT_FALSE(fs::exists(options_.folder));
}

TEST_F(StudyTest, ADivergedCellIsMarkedAndNeverRunAgain) {
  config_.optim.name = OptimizerName::kSgd;
  config_.train.max_steps = 200;
  config_.train.log_every = 1;
  const studies::StudyOutcome outcome = run({"optim.lr=1e4"});
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_EQ(outcome.unfinished, 0);
  const studies::CellRecord& record = find(outcome, "optim.lr=10000.0");
  EXPECT_EQ(record.status, studies::CellStatus::kDiverged);
  EXPECT_LT(record.updates, 200);
  EXPECT_THAT(record.problem, HasSubstr("training has diverged"));
  EXPECT_EQ(test::read_json(cell(record.name) / "results.json")["stopped_by"], "divergence");
  const auto before = test::content_of(options_.folder);
  run({"optim.lr=1e4"});
  EXPECT_EQ(test::content_of(options_.folder), before);
}

TEST_F(SlowStudy, AFailingCellDoesNotStopTheOthersAndIsTriedAgain) {
  folder().keep_base(config_);
  write_file_atomically(cell("base") / "notes", "mine");
  options_.jobs = 1;
  const studies::StudyOutcome outcome = run({"train.seed=1,2"});
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_EQ(outcome.unfinished, 1);
  EXPECT_THAT(outcome.first_failure, StartsWith("base: " + cell("base").string() + ": the folder is not empty"));
  EXPECT_EQ(find(outcome, "base").status, studies::CellStatus::kFailed);
  EXPECT_EQ(find(outcome, "train.seed=2").status, studies::CellStatus::kFinished);
  fs::remove(cell("base") / "notes");
  const studies::StudyOutcome again = run({"train.seed=1,2"});
  EXPECT_EQ(again.failed, 0);
  EXPECT_EQ(find(again, "base").status, studies::CellStatus::kFinished);
}

TEST_F(StudyTest, AProgramThatIsNotThereIsSaid) {
  options_.program = text_ / "absent";
  try {
    run({"train.seed=1"});
    ADD_FAILURE() << "started";
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), options_.program.string() + ": the program cannot be started: No such file or directory");
  }
}

// A supervisor that ignores SIGCHLD; programs inherit that.
TEST_F(StudyTest, EndsWhereSigchldIsIgnored) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  options_.jobs = 1;
  const studies::StudyOutcome outcome = run({"train.seed=1,2"});
  EXPECT_EQ(std::signal(SIGCHLD, before), SIG_IGN) << "put back";
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_EQ(outcome.unfinished, 0);
}

// Checkpoints do not fit, all else does.
TEST_F(SlowStudy, AFullDiskInTheMiddleOfACell) {
  config_.model.d_model = 128;
  config_.model.d_ff = 512;
  config_.train.checkpoint_every = 2;
  ASSERT_EQ(run({"train.seed=2"}).failed, 0);
  const auto whole = test::record_of(cell("train.seed=2"));
  const std::uintmax_t model = fs::file_size(cell("train.seed=2") / "last/model.safetensors");
  ASSERT_GT(model, 2 * fs::file_size(cell("train.seed=2") / "vocabulary.model"));
  fs::remove_all(cell("train.seed=2"));
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{model + 100, before.rlim_max};  // the weights fit, the optimizer's moments do not
  ::setrlimit(RLIMIT_FSIZE, &small);
  const studies::StudyOutcome full = run({"train.seed=2"});
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(full.failed, 1);
  EXPECT_THAT(full.first_failure, HasSubstr("cannot be written: File too large"));
  EXPECT_TRUE(fs::exists(cell("train.seed=2") / "metrics.jsonl"));
  EXPECT_EQ(run({"train.seed=2"}).unfinished, 0);
  EXPECT_EQ(test::record_of(cell("train.seed=2")), whole);
}

TEST_F(StudyTest, OtherFoldersAndOtherBasesAreRefused) {
  fs::create_directories(options_.folder);
  write_file_atomically(options_.folder / "notes", "mine");
  EXPECT_THAT(refusal({"train.seed=1"}), HasSubstr("the folder is not empty and contains no study"));
  fs::remove(options_.folder / "notes");
  studies::StudyFolder(options_.folder).keep_base(config_);
  config_.optim.lr = 0.25;
  EXPECT_THAT(refusal({"train.seed=1"}), HasSubstr("the study was started with optim.lr = 0.005, not 0.25"));
  config_.optim.lr = 0.005;
  config_.data.valid_source = config_.data.valid_target;
  EXPECT_THAT(refusal({"train.seed=1"}), HasSubstr("the study was started with data.valid_source = "));
  config_ = text_.config();
  FolderLock lock(options_.folder);
  ASSERT_TRUE(lock.try_lock());
  EXPECT_THAT(refusal({"train.seed=1"}), HasSubstr("another study is running in this folder"));
  EXPECT_FALSE(fs::exists(options_.folder / "cells"));
}

// Cells that have learned from another text would stand in one table with the others.
TEST_F(SlowStudy, ATextThatHasChangedIsRefusedWhereACellIsToBegin) {
  run({"optim.lr=1e-3"});
  for (const char* key : {"train.src", "valid.tgt"}) {
    const std::string before = read_file(text_ / key);
    write_file_atomically(text_ / key, before.substr(0, before.size() - 2) + "x\n");
    const std::string message = refusal({"optim.lr=1e-3,2e-3"});
    EXPECT_THAT(message, StartsWith(options_.folder.string() + ": data."));
    EXPECT_THAT(message, HasSubstr((text_ / key).string() +
                                   " is no longer the text that the cells of the study were trained on"));
    EXPECT_EQ(folder().cells(), (Texts{"optim.lr=0.001"}));
    EXPECT_EQ(run({"optim.lr=1e-3"}).unfinished, 0) << "a table without new cells";
    write_file_atomically(text_ / key, before);
  }
  EXPECT_EQ(run({"optim.lr=1e-3,2e-3"}).failed, 0) << "the text is back";
  EXPECT_EQ(folder().cells().size(), 2U);
}

TEST_F(SlowStudy, AVocabularyThatHasChangedIsRefusedToo) {
  const std::vector<fs::path> files{text_ / "train.src"};
  const auto write_vocabulary = [&](std::int64_t size) {
    TokenizerConfig config;
    config.vocab_size = size;
    write_file_atomically(text_ / "own.model", text::train_tokenizer(files, config, 1).serialized());
  };
  config_.tokenizer.source_model = text_ / "own.model";
  write_vocabulary(32);
  EXPECT_EQ(run({"train.seed=1"}).failed, 0);
  write_vocabulary(31);
  EXPECT_THAT(refusal({"train.seed=1,2"}), HasSubstr("tokenizer.source_model = "));
}

TEST_F(StudyTest, TextThatIsMissingIsSaidBeforeThereIsAFolder) {
  EXPECT_THROW(run({"data.train_source=" + (text_ / "absent").string()}), FileError);
  EXPECT_FALSE(fs::exists(options_.folder));
}

TEST_F(SlowStudy, CellsMayHaveVocabulariesOfTheirOwn) {
  config_.tokenizer.joint = false;
  config_.model.tied_embeddings = TiedEmbeddings::kTarget;
  const studies::StudyOutcome outcome = run({"tokenizer.vocab_size=32,30"});
  ASSERT_EQ(outcome.failed, 0) << outcome.first_failure;
  EXPECT_EQ(outcome.table.keys, (Texts{"tokenizer.vocab_size"}));
  for (const char* side : {"source.model", "target.model"})
    EXPECT_NE(read_file(cell("base") / side), read_file(cell("tokenizer.vocab_size=30") / side));
}

// `prenorm study` in the background.
class StudyProcess {
 public:
  StudyProcess(const fs::path& config, const fs::path& folder) {
    id_ = ::fork();
    if (id_ != 0) return;
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::execl(PRENORM_COMMAND, "prenorm", "study", config.c_str(), "--output", folder.c_str(), "--quiet", "--jobs", "2",
            "--grid", "train.seed=1,2,3", nullptr);
    ::_exit(127);
  }
  bool has_ended() { return ended_ || (ended_ = ::waitpid(id_, &status_, WNOHANG) == id_); }
  int wait() {
    if (!ended_) ::waitpid(id_, &status_, 0);
    ended_ = true;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }
  pid_t id() const { return id_; }
  std::vector<pid_t> children() const {
    std::vector<pid_t> ids;
    std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", id_));
    for (pid_t id; file >> id;) ids.push_back(id);
    return ids;
  }

 private:
  pid_t id_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

// Bytes that the cells have logged.
std::uintmax_t logged(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  if (!fs::exists(folder / "cells")) return bytes;
  for (const auto& entry : fs::directory_iterator(folder / "cells"))
    if (std::error_code none; fs::exists(entry.path() / "metrics.jsonl"))
      if (const auto size = fs::file_size(entry.path() / "metrics.jsonl", none); !none) bytes += size;
  return bytes;
}

// kill -9 of the study, and of its cells, in turn, a random moment after they have got on: in the end everything is as
// if nothing had happened.
TEST_F(SlowStudy, KilledAtAnyMomentItGoesOn) {
  constexpr int kKills = 6;
  config_.train.max_steps = 1500;  // so many that a fast machine is not done before it was killed that often
  config_.train.checkpoint_every = 20;
  config_.train.keep_last = 2;
  const fs::path file = text_ / "tiny.toml", whole = text_ / "whole";
  write_file_atomically(file, to_toml(config_));
  ASSERT_EQ(StudyProcess(file, whole).wait(), 0);

  RandomStream random(4);
  int studies_killed = 0, cells_killed = 0, last = -1;
  for (int round = 0; round < 40 && last != 0; ++round) {
    StudyProcess study(file, options_.folder);
    if (studies_killed + cells_killed < kKills) {
      const std::uintmax_t before = logged(options_.folder);
      while (!study.has_ended() && logged(options_.folder) == before)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform() * 0.15));
      const std::vector<pid_t> cells = study.children();
      const bool a_cell = round % 2 == 1 && !cells.empty();
      if (!study.has_ended()) {
        ::kill(a_cell ? cells.front() : study.id(), SIGKILL);
        ++(a_cell ? cells_killed : studies_killed);
      }
    }
    last = study.wait();
    EXPECT_TRUE(last == 0 || last == 1 || last == 128 + SIGKILL) << last;
  }
  ASSERT_EQ(last, 0);
  EXPECT_GT(studies_killed, 2);
  EXPECT_GT(cells_killed, 0);
  for (const char* name : {"base", "train.seed=2", "train.seed=3"}) {
    auto expected = test::record_of(whole / "cells" / name), found = test::record_of(cell(name));
    EXPECT_EQ(found, expected) << name;
  }
  std::printf("killed %d studies and %d cells\n", studies_killed, cells_killed);
}

}  // namespace
}  // namespace prenorm::studies
