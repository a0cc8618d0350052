#include "prenorm/data/prepare.h"
#include "prenorm/base/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "data/sample_corpus.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/files/temporary.h"

namespace prenorm::data {
namespace {

namespace fs = std::filesystem;
using test::ids_of;
using test::SampleText;
using testing::HasSubstr;
using testing::ThrowsMessage;

const char* const kSource = "der Hund läuft\n\ndie Katze\nein Haus\n";
const char* const kTarget = "the dog runs\nnothing\nthe cat\na house\n";

std::uint64_t inode(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_ino;
}
// Tells whether the manifest is the same file as before, hence the corpus was reused.
std::uint64_t made(const PreparedCorpus& corpus) { return inode(corpus.folder() / "manifest.json"); }

std::size_t corpora_in(const fs::path& folder) {
  std::size_t count = 0;
  if (fs::exists(folder))
    for (const auto& entry : fs::directory_iterator(folder)) count += entry.is_directory();
  return count;
}

TEST(Prepare, HoldsTheTokensOfTheKeptPairs) {
  const SampleText sample(kSource, kTarget);
  const CorpusRecipe recipe = sample.recipe();
  const PreparedCorpus corpus = prepare_corpus(recipe);
  ASSERT_EQ(corpus.size(), 3);
  const std::tuple<const char*, const char*, int> expected[] = {
      {"der Hund läuft", "the dog runs", 1}, {"die Katze", "the cat", 3}, {"ein Haus", "a house", 4}};
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto& [source, target, line] = expected[i];
    const auto source_ids = recipe.source_tokenizer.encode(source);
    const auto target_ids = recipe.target_tokenizer.encode(target);
    EXPECT_EQ(ids_of(corpus.source(i)), std::vector<std::int64_t>(source_ids.begin(), source_ids.end()));
    EXPECT_EQ(ids_of(corpus.target(i)), std::vector<std::int64_t>(target_ids.begin(), target_ids.end()));
    EXPECT_EQ(corpus.source_length(i), std::ssize(source_ids));
    EXPECT_EQ(corpus.target_length(i), std::ssize(target_ids));
    EXPECT_EQ(corpus.source_line(i), line);
  }
  EXPECT_EQ(corpus.report().pairs_read, 4);
  EXPECT_EQ(corpus.report().empty.first, sample.source().string() + ":2");
  EXPECT_EQ(corpus.manifest().frame.target_start, recipe.target_tokenizer.bos_id());
}

TEST(Prepare, IsReusedWhileTheContentIsTheSame) {
  const SampleText sample(kSource, kTarget);
  const std::uint64_t first = made(prepare_corpus(sample.recipe()));
  EXPECT_EQ(made(prepare_corpus(sample.recipe())), first);
  fs::last_write_time(sample.source(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_EQ(made(prepare_corpus(sample.recipe())), first);
  fs::rename(sample.source(), sample.folder() / "train.copy");  // another inode, the same content
  test::write_text(sample.source(), kSource);
  EXPECT_EQ(made(prepare_corpus(sample.recipe())), first);
  EXPECT_EQ(corpora_in(sample.prepared()), 1U);
}

TEST(Prepare, IsMadeAnewForOtherContentOrRules) {
  SampleText sample(kSource, kTarget);
  const std::uint64_t first = made(prepare_corpus(sample.recipe()));
  const auto old_time = fs::last_write_time(sample.target());
  test::write_text(sample.target(), "the dog sits\nnothing\nthe cat\na house\n");
  fs::last_write_time(sample.target(), old_time);  // as careless copying does
  const PreparedCorpus changed = prepare_corpus(sample.recipe());
  EXPECT_NE(made(changed), first);

  sample.rules.max_source_tokens = changed.manifest().longest_source - 1;
  EXPECT_LT(prepare_corpus(sample.recipe()).size(), changed.size());
  CorpusRecipe other = sample.recipe();
  other.target_tokenizer = test::sample_tokenizer(TokenizerKind::kUnigram);
  EXPECT_NE(prepare_corpus(other).folder(), prepare_corpus(sample.recipe()).folder());

  test::write_text(sample.target(), kTarget);
  sample.rules = {};
  EXPECT_EQ(made(prepare_corpus(sample.recipe())), first);  // back to where it was
}

TEST(Prepare, DependsOnNeitherThreadsNorCompression) {
  std::string source, target;
  for (int i = 0; i < 20'000; ++i) {
    source += test::sample_lines()[i % 7] + "\n";
    target += test::sample_lines()[i % 5] + "\n";
  }
  const SampleText plain(source, target), packed;
  test::write_gzip(packed.source(), source);
  test::write_gzip(packed.target(), target);
  CorpusRecipe one = plain.recipe(), many = packed.recipe();
  one.threads = 1;
  many.threads = 5;
  const PreparedCorpus a = prepare_corpus(one), b = prepare_corpus(many);
  for (const char* name : {"source.ids", "source.offsets", "target.ids", "target.offsets", "lines"})
    EXPECT_EQ(a.manifest().files.at(name).hash, b.manifest().files.at(name).hash) << name;
  EXPECT_EQ(a.size(), 20'000);
}

TEST(Prepare, ARefusedTextLeavesNothing) {
  SampleText sample("a\nb\n", "A\n");
  EXPECT_THROW(prepare_corpus(sample.recipe()), DataError);
  test::write_text(sample.target(), "A\n\xff\n");
  EXPECT_THROW(prepare_corpus(sample.recipe()), DataError);
  sample.rules.empty_side = BadPairRule::kRefuse;
  test::write_text(sample.target(), "A\n\n");
  EXPECT_THROW(prepare_corpus(sample.recipe()), DataError);
  EXPECT_EQ(corpora_in(sample.prepared()), 0U);
  fs::remove(sample.target());
  EXPECT_THROW(prepare_corpus(sample.recipe()), FileError);
}

TEST(Prepare, AFolderIsNoText) {
  const SampleText sample(kSource, "");
  fs::remove(sample.target());
  fs::create_directory(sample.target());
  EXPECT_THAT([&] { prepare_corpus(sample.recipe()); }, ThrowsMessage<FileError>(HasSubstr("train.en")));
}

TEST(Prepare, ADamagedCorpusIsMadeAgain) {
  const SampleText sample(kSource, kTarget);
  const fs::path folder = prepare_corpus(sample.recipe()).folder();
  testing::internal::CaptureStderr();
  for (const char* name : {"source.ids", "target.offsets", "lines", "manifest.json"}) {
    fs::resize_file(folder / name, fs::file_size(folder / name) - 1);
    EXPECT_EQ(prepare_corpus(sample.recipe()).size(), 3) << name;
    fs::remove(folder / name);
    EXPECT_EQ(prepare_corpus(sample.recipe()).size(), 3) << name;
  }
  const std::string warnings = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(warnings.begin(), warnings.end(), '\n'), 8) << warnings;
  EXPECT_EQ(corpora_in(sample.prepared()), 1U);
}

TEST(Prepare, LeftoversOfAKilledRunAreRemoved) {
  const SampleText sample(kSource, kTarget);
  const fs::path folder = prepare_corpus(sample.recipe()).folder();
  fs::rename(folder, folder.string() + ".partial-1-0");
  test::write_text(sample.prepared() / "text-hashes.json.partial-12-3", "{");
  test::write_text(sample.prepared() / "tokenizer-12.model.partial-12-4", "half");
  EXPECT_EQ(prepare_corpus(sample.recipe()).folder(), folder);
  EXPECT_EQ(corpora_in(sample.prepared()), 1U);
  for (const fs::path& entry : entries_of(sample.prepared()))
    EXPECT_FALSE(is_temporary_name(entry.filename().string()));
}

// A file's name has 255 bytes at most, and folders of prepared files are named after the text.
TEST(Prepare, ATextWithALongName) {
  const SampleText sample(kSource, kTarget);
  CorpusRecipe recipe = sample.recipe();
  std::string name;
  while (name.size() < 240) name += "\xC3\xA9";  // é
  const fs::path source = sample.recipe().source.parent_path() / name;
  fs::rename(recipe.source, source);
  recipe.source = source;
  const fs::path folder = prepare_corpus(recipe).folder();
  EXPECT_TRUE(is_utf8(folder.filename().string()));
  EXPECT_LT(folder.filename().string().size(), 130U);
  EXPECT_EQ(prepare_corpus(recipe).size(), 3);
}

TEST(Prepare, ALostOrDamagedMemoryOfHashesIsMadeAgain) {
  const SampleText sample(kSource, kTarget);
  const std::uint64_t first = made(prepare_corpus(sample.recipe()));
  for (const std::string& content : std::vector<std::string>{"", "[1", "[]", "{\"x\": 3}", std::string(300'000, '[')}) {
    test::write_text(sample.prepared() / "text-hashes.json", content);
    EXPECT_EQ(made(prepare_corpus(sample.recipe())), first) << content.substr(0, 10);
  }
}

TEST(Prepare, TwoAtOnceAgree) {
  const SampleText sample(kSource, kTarget);
  const CorpusRecipe recipe = sample.recipe();
  std::uint64_t inodes[4] = {};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t& result : inodes) threads.emplace_back([&] { result = made(prepare_corpus(recipe)); });
  }
  EXPECT_THAT(inodes, testing::Each(inodes[0]));
}

}  // namespace
}  // namespace prenorm::data
