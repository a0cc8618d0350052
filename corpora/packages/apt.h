// apt's programs: their command lines and what their messages mean.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/machine/process.h"

namespace prenorm::corpora {

// "apt-get" and its options, with the package indexes kept in `lists`; the action is to be added. The options win over
// an image's settings that keep no translations or packed indexes, and make it work in any folder, root or not.
std::vector<std::string> apt_get_command(const std::filesystem::path& lists);

// run_process(), but a program that cannot be started is told as throw_apt_unusable() does.
ProcessResult run_apt_program(const std::vector<std::string>& command, const std::filesystem::path& folder,
                              const std::function<void(std::string_view line)>& on_line = {});

// The line of the output that says best what went wrong: the last error, else the first failed fetch, else the last.
std::string_view apt_reason(std::string_view output);

// The FileError that tells to use one's own text instead.
[[noreturn]] void throw_apt_unusable(std::string_view reason);

// The packages that the output of `apt-get download` says are unknown.
std::vector<std::string> unknown_packages(std::string_view output);

struct ArchiveName {
  std::string package, version;
};

// Of a file NAME_VERSION_ARCHITECTURE.deb; the colon of an epoch is written %3a. Nothing for other names.
std::optional<ArchiveName> parse_archive_name(const std::string& file);

}  // namespace prenorm::corpora
