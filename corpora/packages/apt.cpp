#include "corpora/packages/apt.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "corpora/texts/language_sources.h"
#include "corpora/texts/normalize.h"
#include "prenorm/base/error.h"

namespace prenorm::corpora {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const std::string_view line = trim(text.substr(0, end)); !line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string_view apt_reason(std::string_view output) {
  const std::vector<std::string_view> lines = lines_of(output);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (line->starts_with("E:")) return *line;
  for (const std::string_view line : lines)
    if (line.starts_with("W: Failed")) return line;
  return lines.empty() ? "no message" : lines.back();
}

void throw_apt_unusable(std::string_view reason) {
  throw_error<FileError>(
      "the built-in corpora need apt-get and a package mirror ({}); train on your own text instead (--source FILE "
      "--target FILE of `prenorm demo`, data.train_text or data.train_source of a configuration)",
      reason);
}

ProcessResult run_apt_program(const std::vector<std::string>& command, const std::filesystem::path& folder,
                              const std::function<void(std::string_view line)>& on_line) {
  try {
    return run_process(command, folder, on_line);
  } catch (const FileError& error) {
    throw_apt_unusable(error.what());
  }
}

std::vector<std::string> apt_get_command(const std::filesystem::path& lists) {
  std::vector<std::string> languages{"en"};
  for (const LanguageSources& language : known_languages()) languages.emplace_back(language.code);
  std::vector<std::string> command{"apt-get"};
  for (std::string option :
       {fmt::format("Dir::State::lists={}", lists.string()), fmt::format("Dir::Cache={}", (lists / "cache").string()),
        std::string("Dir::Cache::pkgcache="), std::string("Dir::Cache::srcpkgcache="),
        fmt::format("Acquire::Languages={}", fmt::join(languages, ",")), std::string("Acquire::GzipIndexes=false"),
        std::string("Acquire::Retries=2"), std::string("APT::Sandbox::User=root"), std::string("Debug::NoLocking=1")}) {
    command.emplace_back("-o");
    command.push_back(std::move(option));
  }
  return command;
}

std::vector<std::string> unknown_packages(std::string_view output) {
  constexpr std::string_view kMessage = "E: Unable to locate package ";
  std::vector<std::string> names;
  for (const std::string_view line : lines_of(output))
    if (line.starts_with(kMessage)) names.emplace_back(line.substr(kMessage.size()));
  return names;
}

std::optional<ArchiveName> parse_archive_name(const std::string& file) {
  const std::size_t first = file.find('_'), second = file.find('_', first + 1);
  if (first == std::string::npos || second == std::string::npos || !file.ends_with(".deb")) return std::nullopt;
  std::string version = file.substr(first + 1, second - first - 1);
  if (const std::size_t colon = version.find("%3a"); colon != std::string::npos) {
    version[colon] = ':';
    version.erase(colon + 1, 2);
  }
  return ArchiveName{file.substr(0, first), std::move(version)};
}

}  // namespace prenorm::corpora
