// Where a sentence pair comes from, and what each built-in source is made of.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

namespace prenorm::corpora {

enum class SourceTag : std::uint8_t {
  kDictionarySentence,
  kDictionaryPhrase,
  kHelp,
  kInterface,
  kDescription,
  kSummary,
  kManual,
};

struct SourceInfo {
  SourceTag tag;
  std::string_view name;  // stands in the .tags files
  std::string_view licence;
  bool general_domain;
};

inline constexpr std::array<SourceInfo, 7> kSources{{
    {SourceTag::kDictionarySentence, "ding", "GPL-2+", true},
    {SourceTag::kDictionaryPhrase, "dingphr", "GPL-2+", true},
    {SourceTag::kHelp, "lohelp", "MPL-2.0", true},
    {SourceTag::kInterface, "lo", "MPL-2.0", false},
    {SourceTag::kDescription, "ddtp", "none stated", false},
    {SourceTag::kSummary, "ddtpshort", "none stated", false},
    {SourceTag::kManual, "man", "free, mixed", false},
}};

constexpr const SourceInfo& source_info(SourceTag tag) { return kSources[static_cast<std::size_t>(tag)]; }

// Takes one extracted pair: where it is from, English, the other language. The views live for the call only.
using PairSink = std::function<void(SourceTag tag, std::string_view english, std::string_view other)>;

}  // namespace prenorm::corpora
