// Running apt's programs: their command lines and the meaning of their messages.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/machine/process.h"

namespace prenorm::corpora {

// "apt-get" and its options, with the package indexes kept in `lists`; the caller adds the action. The options override
// settings of images that drop translations or compress indexes, and make it work in any folder, with or without root.
std::vector<std::string> apt_get_command(const std::filesystem::path& lists);

// As run_process(), but a program that cannot be started is reported by throw_apt_unusable().
ProcessResult run_apt_program(const std::vector<std::string>& command, const std::filesystem::path& folder,
                              const std::function<void(std::string_view line)>& on_line = {});

// The line of the output that best explains the failure: the last error, else the first failed fetch, else the last
// line.
std::string_view apt_reason(std::string_view output);

// Throws the FileError that advises to use one's own text instead.
[[noreturn]] void throw_apt_unusable(std::string_view reason);

// The packages that the output of `apt-get download` reports as unknown.
std::vector<std::string> unknown_packages(std::string_view output);

struct ArchiveName {
  std::string package, version;
};

// Parses NAME_VERSION_ARCHITECTURE.deb; the colon of an epoch is written %3a. Nothing for other names.
std::optional<ArchiveName> parse_archive_name(const std::string& file);

}  // namespace prenorm::corpora
