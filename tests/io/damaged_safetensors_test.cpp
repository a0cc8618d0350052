// Damaged and hostile safetensors files: one clear error or a sound read, never a crash or a large allocation.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstring>
#include <filesystem>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/file.h"
#include "prenorm/io/safetensors.h"

namespace prenorm::io {
namespace {

class DamagedSafetensors : public ::testing::Test {
 protected:
  std::string good_file() const {
    write_safetensors(path_,
                      {{"weight", at::arange(6, at::kFloat).view({2, 3})},
                       {"flags", at::ones({3}, at::kBool)},
                       {"ids", at::arange(2, at::kLong)},
                       {"none", at::zeros({0, 4})}},
                      {{"format", "pt"}});
    return read_file(path_);
  }
  static std::string with_header(const std::string& header, const std::string& data) {
    const std::uint64_t length = header.size();
    std::string content(sizeof length, '\0');
    std::memcpy(content.data(), &length, sizeof length);
    return content + header + data;
  }
  TensorFile read(const std::string& content) const {
    // Neither write_file_atomically() nor over the old file: both wait for the disk, thousands of times.
    std::filesystem::remove(path_);
    std::FILE* file = std::fopen(path_.c_str(), "wb");
    if (file == nullptr || std::fwrite(content.data(), 1, content.size(), file) != content.size()) ADD_FAILURE();
    if (file != nullptr) std::fclose(file);
    return read_safetensors(path_);
  }
  // The error's text; empty where the file reads.
  std::string error_of(const std::string& content) const {
    try {
      read(content);
      return {};
    } catch (const CheckpointError& e) {
      return e.what();
    }
  }
  void expect_refused(const std::string& header, const std::string& data, const std::string& because) const {
    const std::string error = error_of(with_header(header, data));
    EXPECT_NE(error.find(because), std::string::npos) << header << "\n" << error;
    EXPECT_TRUE(error.starts_with(path_.string())) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    EXPECT_LT(error.size(), 400U);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "x.safetensors";
};

TEST_F(DamagedSafetensors, EveryTruncationIsRefused) {
  const std::string good = good_file();
  ASSERT_EQ(error_of(good), "");
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_NE(error_of(good.substr(0, size)), "") << size;
}

TEST_F(DamagedSafetensors, AnythingAfterTheLastTensorIsRefused) {
  EXPECT_NE(error_of(good_file() + '\0').find("1 bytes follow the last tensor"), std::string::npos);
}

// Some changes leave a sound file (a number in a tensor, a letter in a name), the others must end in CheckpointError;
// any other exception fails the test, and a read out of bounds ends it under the address sanitizer.
TEST_F(DamagedSafetensors, RandomBytesNeverCrash) {
  const std::string good = good_file();
  RandomStream random(1);
  std::size_t refused = 0;
  for (int round = 0; round < 2500; ++round) {
    std::string content = good;
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes)
      content[random.below(content.size())] = static_cast<char>(random.next());
    refused += !error_of(content).empty();
  }
  EXPECT_GT(refused, 1250U);
}

// Changes that keep the header JSON: digits and punctuation put in place of others.
TEST_F(DamagedSafetensors, RandomDigitsInTheHeaderNeverCrash) {
  const std::string good = good_file(), digits = "0123456789-.eE,[]{}\"";
  RandomStream random(2);
  std::uint64_t length = 0;
  std::memcpy(&length, good.data(), sizeof length);
  for (int round = 0; round < 2500; ++round) {
    std::string content = good;
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      char& place = content[sizeof length + random.below(length)];
      if (digits.find(place) < 10 || round % 8 == 0) place = digits[random.below(digits.size())];
    }
    error_of(content);
  }
}

TEST_F(DamagedSafetensors, HeaderLengthsBeyondTheFileAreRefused) {
  for (const std::uint64_t length :
       {std::uint64_t{9}, std::uint64_t{100'000'001}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    std::string content(16, ' ');
    std::memcpy(content.data(), &length, sizeof length);
    EXPECT_NE(error_of(content).find("its header would be"), std::string::npos) << length;
  }
}

TEST_F(DamagedSafetensors, HeadersThatAreNoJsonObjectAreRefused) {
  for (const std::string header :
       {"", " ", "null", "[]", "3", "\"x\"", "{", "{\"a\":}", "{} {}", "{\"a\": 1e999}", "\xff"})
    expect_refused(header, "", "its header is not a JSON object");
}

TEST_F(DamagedSafetensors, WrongDescriptionsAreRefused) {
  const std::string data(8, '\0');
  for (const std::string entry : {
           "3",
           "null",
           "[]",
           "{}",
           R"("text")",                                                            //
           R"({"dtype": "F32", "shape": [2]})",                                    //
           R"({"dtype": "F32", "data_offsets": [0, 8]})",                          //
           R"({"shape": [2], "data_offsets": [0, 8]})",                            //
           R"({"dtype": 32, "shape": [2], "data_offsets": [0, 8]})",               //
           R"({"dtype": "F32", "shape": 2, "data_offsets": [0, 8]})",              //
           R"({"dtype": "F32", "shape": {"a": 2}, "data_offsets": [0, 8]})",       //
           R"({"dtype": "F32", "shape": ["2"], "data_offsets": [0, 8]})",          //
           R"({"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]})",          //
           R"({"dtype": "F32", "shape": [1e300], "data_offsets": [0, 8]})",        //
           R"({"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]})",           //
           R"({"dtype": "F32", "shape": [true, 2], "data_offsets": [0, 8]})",      //
           R"({"dtype": "F32", "shape": [2], "data_offsets": [0]})",               //
           R"({"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 8]})",         //
           R"({"dtype": "F32", "shape": [2], "data_offsets": {"0": 0, "1": 8}})",  //
           R"({"dtype": "F32", "shape": [2], "data_offsets": [0, 8.5]})",          //
           R"({"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]})",           //
       })
    expect_refused("{\"w\": " + entry + "}", data, "\"w\"");
}

TEST_F(DamagedSafetensors, SizesThatDoNotFitAreRefused) {
  const auto header = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"w": {"dtype": ")" + type + R"(", "shape": )" + shape + R"(, "data_offsets": )" + offsets + "}}";
  };
  const std::string data(8, '\0');
  expect_refused(header("F32", "[2]", "[0, 16]"), data, "does not fit into the file");
  expect_refused(header("F32", "[3]", "[0, 8]"), data, "does not fit into the file");
  expect_refused(header("F32", "[2]", "[8, 0]"), data, "does not fit into the file");
  expect_refused(header("F32", "[]", "[0, 8]"), data, "does not fit into the file");
  expect_refused(header("F32", "[2]", "[0, 18446744073709551615]"), data, "does not fit into the file");
  for (const std::string shape :
       {"[4611686018427387906]", "[9223372036854775808]", "[18446744073709551615]", "[4294967296, 4294967296]",
        "[0, 4611686018427387904, 4611686018427387904]", "[4611686018427387904, 0]"})
    expect_refused(header("F32", shape, "[0, 0]"), "", "impossible shape");
  std::string many_dimensions = "[1";
  for (int i = 0; i < 100'000; ++i) many_dimensions += ",1";
  expect_refused(header("F32", many_dimensions + "]", "[0, 4]"), data.substr(4), "is wrong");
  for (const std::string type : {"F8", "f32", "C64", ""})
    expect_refused(header(type, "[2]", "[0, 8]"), data, "has the unknown type");
}

TEST_F(DamagedSafetensors, HolesOverlapsAndDoublesAreRefused) {
  const auto two = [](const std::string& a, const std::string& first, const std::string& b, const std::string& second) {
    return "{\"" + a + R"(": {"dtype": "F32", "shape": [1], "data_offsets": )" + first + "}, \"" + b +
           R"(": {"dtype": "F32", "shape": [1], "data_offsets": )" + second + "}}";
  };
  const std::string data(12, '\0');
  EXPECT_EQ(error_of(with_header(two("a", "[4, 8]", "b", "[0, 4]"), data.substr(4))), "");
  expect_refused(two("a", "[0, 4]", "b", "[8, 12]"), data, "\"b\" does not start where the one before it ends");
  expect_refused(two("a", "[4, 8]", "b", "[8, 12]"), data, "\"a\" does not start");
  expect_refused(two("a", "[0, 4]", "b", "[2, 6]"), data.substr(6), "\"b\" does not start");
  expect_refused(two("a", "[0, 4]", "b", "[0, 4]"), data.substr(8), "does not start");
  expect_refused(two("a", "[0, 4]", "b", "[4, 8]"), data, "4 bytes follow the last tensor");
  expect_refused(two("a", "[0, 4]", "a", "[4, 8]"), data.substr(4), "two tensors are named \"a\"");
  expect_refused(two("a", "[0, 4]", "a", "[0, 4]"), data.substr(8), "two tensors are named \"a\"");
  expect_refused("{}", data, "12 bytes follow the last tensor");
}

TEST_F(DamagedSafetensors, MetadataThatAreNoTextsAreRefused) {
  for (const std::string value : {"3", "\"text\"", "[]", "[\"a\"]", "null", R"({"a": 1})", R"({"a": {"b": "c"}})"})
    expect_refused("{\"__metadata__\": " + value + "}", "", "metadata");
}

TEST_F(DamagedSafetensors, BooleansAreZeroOrOne) {
  const std::string header = R"({"flags": {"dtype": "BOOL", "shape": [3], "data_offsets": [0, 3]}})";
  EXPECT_EQ(error_of(with_header(header, std::string("\0\1\1", 3))), "");
  expect_refused(header, std::string("\0\1\2", 3), "\"flags\"");
}

TEST_F(DamagedSafetensors, NamesInMessagesStayShortAndOnOneLine) {
  const std::string rest = R"(: {"dtype": "F32", "shape": [2], "data_offsets": [0, 16]}})";
  expect_refused("{\"" + std::string(1'000'000, 'x') + "\"" + rest, "", "does not fit");
  expect_refused("{\"a\\nb\\u001b[31m\"" + rest, "", "does not fit");
}

TEST_F(DamagedSafetensors, DeeplyNestedHeadersAreRefused) {
  const std::string open(1'000'000, '['), close(1'000'000, ']');
  for (const std::string& header :
       {"{\"w\": " + open + close + "}", "{\"__metadata__\": {\"w\": " + open + close + "}}", open})
    expect_refused(header, "", "its header does not describe tensors");
}

// A small file that claims much must not make the reader ask for much.
TEST_F(DamagedSafetensors, ClaimedSizesAreNotAllocated) {
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const long before = peak();
  error_of(with_header(R"({"w": {"dtype": "F32", "shape": [1000000000], "data_offsets": [0, 4000000000]}})", "data"));
  EXPECT_LT(peak() - before, 100'000);  // KiB
}

TEST_F(DamagedSafetensors, UnreadableFilesAreFileErrors) {
  EXPECT_THROW(read_safetensors(folder_ / "missing"), FileError);
  EXPECT_THROW(read_safetensors(folder_.path()), FileError);
}

}  // namespace
}  // namespace prenorm::io
