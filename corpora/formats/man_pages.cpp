#include "corpora/formats/man_pages.h"

#include <map>
#include <string>

#include "corpora/formats/files.h"
#include "prenorm/files/file_system.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;
namespace {

// "man1/ls.1.gz" -> its file.
std::map<std::string, fs::path> pages_of(const std::vector<fs::path>& folders) {
  std::map<std::string, fs::path> pages;
  for (const fs::path& folder : folders) {
    if (!is_folder(folder)) continue;
    for (const fs::path& file : files_below(folder, ".gz")) {
      const std::string name = file.lexically_relative(folder).generic_string();
      // Translations are in the same folder, one level deeper.
      if (name.starts_with("man") && name.find('/') == name.rfind('/')) pages.emplace(name, file);
    }
  }
  return pages;
}

}  // namespace

void pair_man_pages(const std::vector<ManSection>& english, const std::vector<ManSection>& other,
                    const PairSink& sink) {
  if (other.size() != english.size() && other.size() != english.size() + 1) return;
  for (std::size_t i = 0; i < english.size(); ++i) {
    const auto& blocks = english[i].blocks;
    if (english[i].structure() != other[i].structure()) continue;
    for (std::size_t j = 0; j < blocks.size(); ++j)
      if (blocks[j].kind == ManBlockKind::kText) sink(SourceTag::kManual, blocks[j].text, other[i].blocks[j].text);
  }
}

void extract_man_pages(const std::vector<fs::path>& english, const std::vector<fs::path>& other, const PairSink& sink) {
  const std::map<std::string, fs::path> english_pages = pages_of(english);
  for (const auto& [name, file] : pages_of(other)) {
    const auto twin = english_pages.find(name);
    if (twin == english_pages.end()) continue;
    const auto page = read_man_page(twin->second), translation = read_man_page(file);
    if (page && translation) pair_man_pages(*page, *translation, sink);
  }
}

}  // namespace prenorm::corpora
