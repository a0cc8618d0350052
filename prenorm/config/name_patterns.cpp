#include "prenorm/config/name_patterns.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>

namespace prenorm::config {
namespace {

using Words = std::map<std::string_view, std::vector<std::string>>;

const std::vector<std::string> kNorms{"*norm.weight", "*norm.bias"},
    kHeads{"classifier.*", "pooler.*", "masked_lm.*", "next_sentence.*", "output_projection.*"};

std::vector<std::string> norms_and_heads() {
  std::vector<std::string> both = kNorms;
  both.insert(both.end(), kHeads.begin(), kHeads.end());
  return both;
}

std::vector<std::string> elements(std::string_view text) {
  std::vector<std::string> result;
  for (;;) {
    const std::size_t comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    result.emplace_back(word);
    if (comma == std::string_view::npos) return result;
    text.remove_prefix(comma + 1);
  }
}

NamePatterns patterns_of(std::string_view text, const Words& words) {
  NamePatterns patterns;
  for (const std::string& element : elements(text)) {
    const auto word = words.find(element);
    patterns.push_back({element, word != words.end() ? word->second : std::vector<std::string>{element}});
  }
  return patterns;
}

}  // namespace

bool NamePattern::matches(std::string_view name) const {
  const std::string whole(name);
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return ::fnmatch(glob.c_str(), whole.c_str(), 0) == 0; });
}

bool any_matches(const NamePatterns& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const NamePattern& p) { return p.matches(name); });
}

NamePatterns trainable_patterns(std::string_view text) {
  static const Words words{
      {"all", {"*"}}, {"norm", kNorms}, {"head", kHeads}, {"norm_and_head", norms_and_heads()}, {"bias", {"*bias"}}};
  return patterns_of(text, words);
}

NamePatterns lora_target_patterns(std::string_view text) {
  static const Words words{{"qkv", {"*.qkv.weight", "*.query.weight", "*.key_value.weight"}}};
  return patterns_of(text, words);
}

bool chooses_all(std::string_view trainable) {
  const std::vector<std::string> list = elements(trainable);
  return std::find(list.begin(), list.end(), "all") != list.end();
}

bool is_pattern_list(std::string_view text) {
  const std::vector<std::string> list = elements(text);
  return std::find(list.begin(), list.end(), "") == list.end();
}

}  // namespace prenorm::config
