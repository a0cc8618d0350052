// A Debian archive made of folders, with stand-ins for apt-get and dpkg-deb.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "corpora/scratch.h"
#include "prenorm/files/file.h"

namespace prenorm::corpora {

// Sets an environment variable during its lifetime.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::setenv(name_, old_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
};

// A stand-in for apt-get: `update` makes indexes, `download` makes archives that are folders of text. It logs its
// arguments in $FAKE/log. With $FAKE/offline it fails as apt does, with $FAKE/stale until the next update.
inline constexpr std::string_view kAptGet = R"sh(#!/bin/sh
while [ "$1" = -o ]; do
  case "$2" in Dir::State::lists=*) lists="${2#*=}";; esac
  shift 2
done
echo "$*" >> "$FAKE/log"
if [ -e "$FAKE/offline" ]; then
  echo "Err:1 bookworm InRelease"
  echo "E: Failed to fetch the index"
  exit 100
fi
if [ "$1" = update ]; then
  rm -f "$FAKE/stale"
  : > "$lists/x_Packages"
  cp "$FAKE/Translation-en" "$lists/x_Translation-en"
  cp "$FAKE/Translation-de" "$lists/x_Translation-de"
  exit 0
fi
if [ -e "$FAKE/stale" ]; then echo "E: 404"; exit 100; fi
shift
for name in "$@"; do
  [ -d "$FAKE/$name" ] || { echo "E: Unable to locate package $name"; bad=1; }
done
[ -n "$bad" ] && exit 100
for name in "$@"; do echo "Get: $name"; echo "$name" > "${name}_1%3a2-3_all.deb"; done
)sh";
inline constexpr std::string_view kDpkgDeb = R"sh(#!/bin/sh
cp -r "$FAKE/$(cat "$2")" "$3"
)sh";

// During its lifetime, the programs found first in PATH are those above and take packages from `folder`/fake.
class FakeArchive {
 public:
  explicit FakeArchive(const ScratchFolder& folder) : folder_(folder) {
    for (const auto& [name, text] : {std::pair{"apt-get", kAptGet}, std::pair{"dpkg-deb", kDpkgDeb}}) {
      const std::filesystem::path file = folder_.write(std::filesystem::path("bin") / name, text);
      std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
  }

  // A file PACKAGE/PATH, an index Translation-XX, or a mark (offline, stale).
  void write(const std::filesystem::path& name, std::string_view content) const {
    folder_.write(std::filesystem::path("fake") / name, content);
  }
  void remove(const char* name) const { std::filesystem::remove_all(folder_.path() / "fake" / name); }
  std::string log() const { return read_file(folder_.path() / "fake/log"); }

 private:
  const ScratchFolder& folder_;
  Variable path_{"PATH", (folder_.path() / "bin").string() + ":" + std::getenv("PATH")};
  Variable fake_{"FAKE", (folder_.path() / "fake").string()};
};

}  // namespace prenorm::corpora
