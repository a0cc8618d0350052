#include "prenorm/base/json.h"
#include "prenorm/files/json_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string nested(std::size_t depth, char open, char close, const std::string& inner = "") {
  return std::string(depth, open) + inner + std::string(depth, close);
}

TEST(Json, DeepNestingIsNoJson) {
  EXPECT_TRUE(parse_json(nested(100, '[', ']')).is_array());
  for (const std::size_t depth : {101U, 1000U, 200'000U}) {
    EXPECT_TRUE(parse_json(nested(depth, '[', ']')).is_discarded()) << depth;
    EXPECT_TRUE(parse_json(std::string(depth, '[')).is_discarded()) << "an end is not needed";
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
    EXPECT_TRUE(parse_json(objects + "1" + std::string(depth, '}')).is_discarded()) << depth;
  }
  EXPECT_TRUE(parse_json<nlohmann::ordered_json>(nested(200'000, '[', ']')).is_discarded());
}

TEST(Json, BracketsInTextAndBesideEachOtherAreNotNested) {
  EXPECT_EQ(parse_json("\"" + std::string(1000, '[') + "\"").get<std::string>().size(), 1000U);
  EXPECT_EQ(parse_json(R"(["\"[[", "\\", "]"])").size(), 3U);
  const std::string many = "\"\\\\\",[" + nested(2, '[', ']') + "],";
  std::string list = "[";
  for (int i = 0; i < 200; ++i) list += many;
  EXPECT_EQ(parse_json(list + "0]").size(), 401U);
}

TEST(Json, WhatIsNoJsonIsDiscarded) {
  for (const char* text : {"", "{", "nul", "[1,]", "\"\xFF\"", "1e999", "]", "\"\\"})
    EXPECT_TRUE(parse_json(text).is_discarded()) << text;
}

TEST(Json, AFileWithAByteOrderMark) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "x.json", "\xEF\xBB\xBF{\"a\": 1}");
  EXPECT_EQ(read_json(folder / "x.json"), (nlohmann::json{{"a", 1}}));
}

TEST(Json, NumbersHaveTheirRange) {
  EXPECT_EQ(whole_number(nlohmann::json(7), "n", {0, 7}), 7);
  EXPECT_EQ(whole_number(nlohmann::json(-1), "n", kTokenId), -1);
  for (const char* text :
       {"8", "-1", "1.0", "1e3", "18446744073709551615", "9223372036854775808", "\"1\"", "null", "[]"})
    EXPECT_THAT(
        [&] {
          whole_number(parse_json(text), "n", {0, 7});
        },
        ThrowsMessage<JsonError>("n is missing or wrong, expected a whole number from 0 to 7"))
        << text;
  EXPECT_EQ(real_number(nlohmann::json(0.5), "x", Range{0, 1}), 0.5);
  EXPECT_EQ(real_number(nlohmann::json(1), "x", Range{0, 1}), 1);
  for (const char* text : {"1.5", "-0.1", "null", "\"0\"", "1e308"})
    EXPECT_THROW(real_number(parse_json(text), "x", Range{0, 1}), JsonError) << text;
}

struct Window {
  std::int64_t tokens = 3;
  std::int32_t id = 4;
  double seconds = 0.5;
  bool flag = true;
  std::string text = "a";
  std::vector<std::string> list = {"b"};
};

template <class Fields, class T>
void members(Fields&& fields, T& w) {
  fields.whole("tokens", w.tokens);
  fields.whole("id", w.id, kTokenId);
  fields.real("seconds", w.seconds, Range{0, 1});
  fields.value("flag", w.flag);
  fields.value("text", w.text);
  fields.value("list", w.list);
}

TEST(Json, WhatIsWrittenIsRead) {
  const Window window{5, -1, 0.25, false, "c", {}};
  nlohmann::json object;
  members(JsonWriter(object), window);
  Window read;
  members(JsonReader(object), read);
  EXPECT_EQ(read.tokens, 5);
  EXPECT_EQ(read.id, -1);
  EXPECT_EQ(read.seconds, 0.25);
  EXPECT_FALSE(read.flag);
  EXPECT_EQ(read.text, "c");
  EXPECT_TRUE(read.list.empty());
}

TEST(Json, EachMemberIsChecked) {
  nlohmann::json good;
  const Window usual;
  members(JsonWriter(good), usual);
  for (const auto& [key, value] : good.items()) {
    nlohmann::json bad = good;
    bad.erase(key);
    Window window;
    EXPECT_THAT([&] { members(JsonReader(bad), window); }, ThrowsMessage<JsonError>(HasSubstr(key)));
    EXPECT_NO_THROW(members(JsonReader(bad, MissingJson::kLeftAsItIs), window));
    bad[key] = nlohmann::json::object({{"x", -5}});
    EXPECT_THAT([&] { members(JsonReader(bad), window); }, ThrowsMessage<JsonError>(HasSubstr(key)));
    EXPECT_THAT([&] { members(JsonReader(bad, MissingJson::kLeftAsItIs), window); },
                ThrowsMessage<JsonError>(HasSubstr(key)));
  }
  for (const nlohmann::json& other :
       {nlohmann::json(), nlohmann::json(1), nlohmann::json::array(), nlohmann::json("x")})
    EXPECT_THROW(JsonReader{other}, JsonError);
}

}  // namespace
}  // namespace prenorm
