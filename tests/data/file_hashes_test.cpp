#include "prenorm/data/file_hashes.h"

#include <gtest/gtest.h>

#include "data/sample_corpus.h"
#include "prenorm/base/error.h"
#include "prenorm/files/hash.h"

namespace prenorm::data {
namespace {

class FileHashesTest : public testing::Test {
 protected:
  std::string remembered(const FileStamp& stamp) const {
    return remembered_hash(folder_ / "memo.json", folder_ / "text", stamp);
  }
  // As the file would look had it been written a minute ago.
  FileStamp old_stamp() const {
    FileStamp stamp = stamp_of(folder_ / "text");
    stamp.changed_ns -= 60'000'000'000;
    return stamp;
  }

  test::TemporaryFolder folder_;
};

TEST_F(FileHashesTest, AnUnchangedFileIsNotReadAgain) {
  test::write_text(folder_ / "text", "one");
  const FileStamp stamp = old_stamp();
  EXPECT_EQ(remembered(stamp), hash_hex("one"));
  test::write_text(folder_ / "text", "two");
  EXPECT_EQ(remembered(stamp), hash_hex("one"));  // the stamp says that nothing happened: it was not looked at
}

TEST_F(FileHashesTest, AnyChangeOfTheStampIsLookedInto) {
  test::write_text(folder_ / "text", "one");
  const FileStamp stamp = old_stamp();
  for (std::int64_t FileStamp::*field : {&FileStamp::size, &FileStamp::modified_ns, &FileStamp::changed_ns}) {
    test::write_text(folder_ / "text", "one");
    EXPECT_EQ(remembered(stamp), hash_hex("one"));
    test::write_text(folder_ / "text", "two");
    FileStamp changed = stamp;
    changed.*field += 1;
    EXPECT_EQ(remembered(changed), hash_hex("two"));
  }
}

TEST_F(FileHashesTest, AFileThatChangedAMomentAgoIsNotRemembered) {
  test::write_text(folder_ / "text", "one");
  const FileStamp stamp = stamp_of(folder_ / "text");
  EXPECT_EQ(remembered(stamp), hash_hex("one"));
  test::write_text(folder_ / "text", "two");
  EXPECT_EQ(remembered(stamp), hash_hex("two"));
}

TEST_F(FileHashesTest, OnlyRegularFilesHaveStamps) {
  EXPECT_THROW(stamp_of(folder_ / "none"), FileError);
  EXPECT_THROW(stamp_of(folder_.path()), FileError);
}

}  // namespace
}  // namespace prenorm::data
