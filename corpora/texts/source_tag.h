// The origin of a sentence pair, and a description of each built-in source.
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
  std::string_view name;  // as written to the .tags files
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

// Receives one extracted pair: its origin, English, the other language. The views are only valid during the call.
using PairSink = std::function<void(SourceTag tag, std::string_view english, std::string_view other)>;

}  // namespace prenorm::corpora
