#include "prenorm/data/prepared_corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/sample_corpus.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"

namespace prenorm::data {
namespace {

namespace fs = std::filesystem;
using test::ids_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Touches all that there is.
std::int64_t read_all(const fs::path& folder) {
  const PreparedCorpus corpus(folder);
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < corpus.size(); ++i) {
    for (const std::int64_t id : ids_of(corpus.source(i))) sum += id;
    for (const std::int64_t id : ids_of(corpus.target(i))) sum += id;
    sum += corpus.source_line(i);
  }
  return sum;
}

TEST(PreparedCorpus, NarrowAndWideIds) {
  const test::TemporaryFolder folder;
  for (const std::int64_t vocab : {std::int64_t{65536}, std::int64_t{65537}, std::int64_t{1'000'000}}) {
    const fs::path path = folder / std::to_string(vocab);
    fs::create_directories(path);
    Manifest manifest;
    manifest.source_vocab = vocab;
    manifest.target_vocab = 10;
    CorpusWriter writer(path, manifest);
    const std::vector<std::int32_t> source{0, 1, static_cast<std::int32_t>(vocab - 1)}, target{9};
    writer.add(source, target, 7);
    writer.finish({});
    const PreparedCorpus corpus(path);
    EXPECT_EQ(ids_of(corpus.source(0)), (std::vector<std::int64_t>{0, 1, vocab - 1}));
    EXPECT_EQ(corpus.source(0)[2], vocab - 1);
    EXPECT_EQ(ids_of(corpus.target(0)), std::vector<std::int64_t>{9});
    EXPECT_EQ(corpus.source_line(0), 7);
    EXPECT_EQ(fs::file_size(path / "source.ids"), (vocab > 65536 ? 12U : 6U) + 8U);
  }
}

TEST(PreparedCorpus, ManifestCountsWhatTheFilesHold) {
  const test::TemporaryFolder folder;
  test::write_random_corpus(folder / "corpus", 500, 40, 1);
  const PreparedCorpus corpus(folder / "corpus");
  const Manifest& manifest = corpus.manifest();
  std::int64_t source = 0, target = 0, longest_source = 0, longest_target = 0;
  for (std::int64_t i = 0; i < corpus.size(); ++i) {
    source += corpus.source_length(i);
    target += corpus.target_length(i);
    longest_source = std::max(longest_source, corpus.source_length(i));
    longest_target = std::max(longest_target, corpus.target_length(i));
  }
  EXPECT_EQ(manifest.pairs, 500);
  EXPECT_EQ(manifest.source_tokens, source);
  EXPECT_EQ(manifest.target_tokens, target);
  EXPECT_EQ(manifest.longest_source, longest_source);
  EXPECT_EQ(manifest.longest_target, longest_target);
  EXPECT_EQ(corpus.target_length(manifest.longest_target_line - 1), longest_target);
}

TEST(PreparedCorpus, AMissingFileIsNamed) {
  const test::TemporaryFolder folder;
  for (const char* name : {"manifest.json", "source.ids", "source.offsets", "target.ids", "target.offsets", "lines"}) {
    test::write_random_corpus(folder / "corpus", 20, 10, 1);
    fs::remove(folder / "corpus" / name);
    EXPECT_THAT([&] { PreparedCorpus(folder / "corpus"); }, ThrowsMessage<FileError>(HasSubstr(name)));
  }
}

TEST(PreparedCorpus, ATruncatedOrLongerFileIsSeenOnOpening) {
  const test::TemporaryFolder folder;
  for (const char* name : {"manifest.json", "source.ids", "source.offsets", "target.ids", "target.offsets", "lines"}) {
    test::write_random_corpus(folder / "corpus", 20, 10, 1);
    const fs::path path = folder / "corpus" / name;
    const std::string good = read_file(path);
    for (const std::size_t size : {std::size_t{0}, good.size() / 2, good.size() - 1, good.size() + 8}) {
      test::write_text(path, good);
      fs::resize_file(path, size);
      EXPECT_THAT([&] { PreparedCorpus(folder / "corpus"); },
                  ThrowsMessage<DataError>(AllOf(HasSubstr(path.string()), HasSubstr("delete the folder"))))
          << size;
    }
  }
}

TEST(PreparedCorpus, AFileOfAnotherCorpusIsSeenOnOpening) {
  const test::TemporaryFolder folder;
  test::write_random_corpus(folder / "a", 20, 1, 1);
  test::write_random_corpus(folder / "b", 20, 1, 2);  // all files of the same sizes
  fs::copy_file(folder / "b" / "source.ids", folder / "a" / "source.ids", fs::copy_options::overwrite_existing);
  EXPECT_THAT([&] { PreparedCorpus(folder / "a"); }, ThrowsMessage<DataError>(HasSubstr("source.ids")));
}

TEST(PreparedCorpus, EveryFlippedBitIsSeenBeforeItIsUsed) {
  const test::TemporaryFolder folder;
  test::write_random_corpus(folder / "good", 3000, 60, 1);
  const std::int64_t sum = read_all(folder / "good");
  RandomStream random(1);
  for (const char* name : {"manifest.json", "source.ids", "source.offsets", "target.ids", "target.offsets", "lines"}) {
    const std::string good = read_file(folder / "good" / name);
    for (int trial = 0; trial < 20; ++trial) {
      std::string bad = good;
      bad[random.below(bad.size())] ^= static_cast<char>(1U << random.below(8));
      test::write_text(folder / "good" / name, bad);
      EXPECT_THAT([&] { read_all(folder / "good"); }, ThrowsMessage<DataError>(HasSubstr(name)));
    }
    test::write_text(folder / "good" / name, good);
  }
  EXPECT_EQ(read_all(folder / "good"), sum);
}

}  // namespace
}  // namespace prenorm::data
