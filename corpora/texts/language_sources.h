// Which Debian packages contain text in English and in each of the other languages. A language is a row of a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

struct LanguageSources {
  std::string_view code;                  // "de", also the name of the folders inside the packages
  std::string_view dictionary;            // package with a dictionary of example sentences; empty = none
  std::string_view dictionary_file;       // its file, relative to the package's root
  std::string_view help;                  // LibreOffice help
  std::string_view interface;             // LibreOffice interface, gettext
  std::vector<std::string_view> manuals;  // translated manual pages
};

// The English side: LibreOffice help and the packages whose manual pages have translations.
inline constexpr std::string_view kEnglishHelp = "libreoffice-help-en-us";
const std::vector<std::string_view>& english_manuals();

// Every language in the table.
const std::vector<LanguageSources>& known_languages();

// The row of the pair "en-XX". Errors: UsageError for another first language or an unknown second one.
const LanguageSources& sources_of_pair(std::string_view pair);

}  // namespace prenorm::corpora
