#include "corpora/texts/language_sources.h"

#include <fmt/ranges.h>

#include "prenorm/base/error.h"

namespace prenorm::corpora {

const std::vector<std::string_view>& english_manuals() {
  static const std::vector<std::string_view> packages{"manpages", "manpages-dev", "systemd", "util-linux"};
  return packages;
}

const std::vector<LanguageSources>& known_languages() {
  static const std::vector<LanguageSources> table{
      {"de",
       "trans-de-en",
       "usr/share/trans/de-en",
       "libreoffice-help-de",
       "libreoffice-l10n-de",
       {"manpages-de", "manpages-de-dev"}},
      {"fr", "", "", "libreoffice-help-fr", "libreoffice-l10n-fr", {"manpages-fr", "manpages-fr-dev"}},
      {"cs", "", "", "libreoffice-help-cs", "libreoffice-l10n-cs", {}},
  };
  return table;
}

const LanguageSources& sources_of_pair(std::string_view pair) {
  std::vector<std::string> pairs;
  for (const LanguageSources& language : known_languages()) {
    pairs.push_back(fmt::format("en-{}", language.code));
    if (pairs.back() == pair) return language;
  }
  throw_error<UsageError>("--pair {}: no built-in corpus for this pair; there are {} (for both directions)", pair,
                          fmt::join(pairs, ", "));
}

}  // namespace prenorm::corpora
