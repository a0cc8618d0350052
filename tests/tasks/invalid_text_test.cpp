// data.invalid_utf8 applies to every text of a run, including validation. (For translation: tests/cli/train_test.cpp.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prenorm/app/train.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "tasks/tiny_documents.h"
#include "tasks/toy_tables.h"

namespace prenorm::tasks {
namespace {

using runs::RunFolder;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// A run with a bad line in one file is rejected, or with the rule "drop" equals a run without that line.
void expect_rule(const std::filesystem::path& file, std::string_view bad_line, Config config,
                 const std::filesystem::path& runs) {
  SCOPED_TRACE(file);
  config.train.max_steps = 2;
  const auto loss = [&](const char* run) {
    return train(config, runs::RunFolder(runs / run), app::Start::kNew).last_validation->loss_nats_per_token;
  };
  const double without = loss("without");
  const std::string good = read_file(file);
  const std::size_t second = good.find('\n') + 1;
  write_file_atomically(file, good.substr(0, second) + std::string(bad_line) + good.substr(second));
  EXPECT_THAT([&] { loss("refused"); },
              ThrowsMessage<DataError>(::testing::AllOf(HasSubstr(file.string() + ":2: "), HasSubstr("UTF-8"),
                                                        HasSubstr("data.invalid_utf8 = \"drop\""))));
  config.data.invalid_utf8 = BadPairRule::kDrop;
  EXPECT_EQ(loss("dropped"), without);
  write_file_atomically(file, good);
  std::filesystem::remove_all(runs);
}

TEST(InvalidText, OfLanguageModelsFollowsTheRule) {
  const test::TinyDocuments text;
  be_quiet(true);
  for (const TaskKind task : {TaskKind::kMaskedLm, TaskKind::kCausalLm})
    for (const char* file : {"train.txt", "valid.txt"})
      expect_rule(text / file, "b\xFF\n", text.config(task), text / "runs");
}

TEST(InvalidText, OfTablesFollowsTheRule) {
  const test::ToyTables tables(test::toy_classes(1, 40), test::toy_classes(2, 20));
  for (const char* file : {"train.tsv", "valid.tsv"})
    expect_rule(tables / file, "a\xFF\tgood\n", tables.config(), tables / "runs");
}

}  // namespace
}  // namespace prenorm::tasks
