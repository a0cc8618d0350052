#include "prenorm/base/json_text.h"

#include <gtest/gtest.h>

namespace prenorm {
namespace {

TEST(JsonText, IsUtf8WhateverIsInIt) {
  const nlohmann::ordered_json object{{"b", "ä"}, {"a", "x\xC3"}, {"c", {1, "\xFF"}}};
  EXPECT_EQ(json_text(object), "{\"b\":\"ä\",\"a\":\"x\uFFFD\",\"c\":[1,\"\uFFFD\"]}");
  EXPECT_EQ(json_text(nlohmann::json{{"\x80", 1}}, 2), "{\n  \"\uFFFD\": 1\n}") << "keys too";
}

}  // namespace
}  // namespace prenorm
