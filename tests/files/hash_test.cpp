#include "prenorm/files/hash.h"

#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {

TEST(Hash, PublishedValuesOfTheEmptyText) {
  EXPECT_EQ(hash64(""), 0x2D06800538D394C2U);
  EXPECT_EQ(hash_hex(""), "99aa06d3014798d86001c324468d497f");
}

TEST(Hash, OneBitChangesIt) {
  const std::string text(1000, 'x');
  std::string changed = text;
  changed[500] ^= 1;
  EXPECT_EQ(hash64(text), hash64(std::string(1000, 'x')));
  EXPECT_NE(hash64(text), hash64(changed));
  EXPECT_NE(hash_hex(text), hash_hex(changed));
}

TEST(Hash, AFileHasTheHashOfItsContent) {
  const test::TemporaryFolder folder;
  for (const std::size_t size : {0U, 1U, 240U, 241U, 100'000U}) {
    const std::string content(size, 'y');
    write_file_atomically(folder / "file", content);
    EXPECT_EQ(hash_file_hex(folder / "file"), hash_hex(content)) << size;
  }
  EXPECT_THROW(hash_file_hex(folder / "none"), FileError);
}

}  // namespace
}  // namespace prenorm
