// Laws that hold for any configuration and any text.
#include <gtest/gtest.h>

#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/config/fields.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"

namespace prenorm {
namespace {

// Fills every key with a random value of its range.
void randomise(Config& config, RandomStream& random) {
  for (const config::Field& field : config::fields_of(config)) {
    config::Scalar value;
    if (std::holds_alternative<bool*>(field.slot)) {
      value = random.below(2) == 1;
    } else if (std::holds_alternative<std::int64_t*>(field.slot)) {
      value =
          static_cast<std::int64_t>(field.range.lowest + random.uniform() * (field.range.highest - field.range.lowest));
    } else if (std::holds_alternative<double*>(field.slot)) {
      const double share = random.below(2) == 1 ? random.uniform() : std::pow(10.0, -300 * random.uniform());
      value = field.range.lowest + share * (field.range.highest - field.range.lowest);
    } else if (const auto* slot = std::get_if<config::EnumSlot>(&field.slot)) {
      value = std::string(slot->choices[random.below(slot->choices.size())]);
    } else {
      constexpr std::string_view pieces[] = {"a", "\"", "\\", "\n", "\t", "\x01", "\x7f", "ü", "€", "😀", "'", "#", " "};
      std::string text;
      for (std::uint64_t i = random.below(12); i > 0; --i) text += pieces[random.below(std::size(pieces))];
      value = text;
    }
    ASSERT_EQ(config::assign(field, value), "") << field.key;
  }
}

TEST(RoundTrip, EveryValueReadsBackExactly) {
  RandomStream random(1);
  for (int i = 0; i < 200; ++i) {
    Config config;
    randomise(config, random);
    const HelpComments comments = i % 2 == 0 ? HelpComments::kNo : HelpComments::kYes;
    const LoadedConfig loaded = load_config_text(to_toml(config, comments), "run.toml");
    Config copy = loaded.config;
    // Compared as values, not as text: a double that was cut short would print the same.
    const auto before = config::fields_of(config), after = config::fields_of(copy);
    for (std::size_t k = 0; k < before.size(); ++k) {
      if (const auto* number = std::get_if<double*>(&before[k].slot)) {
        EXPECT_EQ(**number, *std::get<double*>(after[k].slot)) << before[k].key;
      }
      EXPECT_EQ(config::value_text(before[k]), config::value_text(after[k])) << before[k].key;
      EXPECT_NE(loaded.origin.at(before[k].key), "default") << before[k].key;
    }
  }
}

// One random edit of `text`.
void mutate(std::string& text, RandomStream& random) {
  constexpr std::string_view pieces[] = {"\n[model]\n",
                                         "=",
                                         "\"",
                                         "'''",
                                         "[",
                                         "]",
                                         "{",
                                         "}",
                                         ".",
                                         "\\u",
                                         "\xff",
                                         "nan",
                                         "1e999",
                                         "-",
                                         "#",
                                         "\r",
                                         "99999999999999999999",
                                         "[[optim]]\n",
                                         std::string_view("\0", 1),
                                         "é",
                                         "\n\"\" = 1\n",
                                         "0x",
                                         "1979-05-27T07:32:00Z",
                                         ",",
                                         "_"};
  const std::size_t at = random.below(text.size() + 1), length = std::min(text.size() - at, random.below(20));
  switch (random.below(5)) {
    case 0: text.erase(at, length); break;
    case 1: text.insert(at, pieces[random.below(std::size(pieces))]); break;
    case 2: text.insert(random.below(text.size() + 1), text.substr(at, length)); break;
    case 3:
      if (at < text.size()) text[at] = static_cast<char>(random.below(256));
      break;
    default:
      if (random.below(50) == 0) text.resize(at);
  }
}

TEST(Fuzz, MutatedTextParsesOrThrowsOurErrors) {
  RandomStream random(2);
  const std::string valid = to_toml(Config{});
  int parsed = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = valid;
    for (std::uint64_t edits = 1 + random.below(6); edits > 0; --edits) mutate(text, random);
    try {
      const Config config = load_config_text(text, "run.toml").config;
      // What was accepted is in range, so it can be written and read again.
      EXPECT_EQ(to_toml(load_config_text(to_toml(config), "again.toml").config), to_toml(config));
      ++parsed;
    } catch (const Error& error) {
      EXPECT_EQ(std::string_view(error.what()).substr(0, 9), "run.toml:") << error.what();
      EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(parsed, 100);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace prenorm
