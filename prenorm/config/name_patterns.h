// Parameter names chosen by words and patterns, as the text of a key: "norm", "norm, classifier.*".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::config {

// One element of the list: a word, which stands for several patterns, or a pattern itself. In a pattern, * stands for
// any characters, ? for one, [ab] for one of those listed.
struct NamePattern {
  std::string given;  // as the user wrote it
  std::vector<std::string> globs;

  bool matches(std::string_view name) const;
};
using NamePatterns = std::vector<NamePattern>;

bool any_matches(const NamePatterns& patterns, std::string_view name);

// train.trainable. The words are all, norm, head, norm_and_head and bias.
NamePatterns trainable_patterns(std::string_view text);
// train.lora_targets. The word is qkv.
NamePatterns lora_target_patterns(std::string_view text);

// Whether every parameter is to be trained.
bool chooses_all(std::string_view trainable);
// Whether the text is a list without empty elements.
bool is_pattern_list(std::string_view text);

}  // namespace prenorm::config
