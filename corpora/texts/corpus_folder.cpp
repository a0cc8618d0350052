#include "corpora/texts/corpus_folder.h"

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kReport = "corpus.json";
// The content of corpus.json while the text files are being replaced.
constexpr std::string_view kUnfinished = "{\"unfinished\": true}\n";

}  // namespace

std::optional<std::string> stored_report_json(const fs::path& folder) {
  if (!is_there(folder / kReport)) return std::nullopt;
  return read_file(folder / kReport);
}

bool has_all_files(const fs::path& folder, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return is_there(folder / name); });
}

void refuse_foreign_files(const fs::path& folder, const std::vector<std::string>& names) {
  if (is_there(folder / kReport)) return;
  for (const std::string& name : names)
    if (is_there(folder / name))
      throw_error<DataError>("{}: already exists and was not created by this command; choose another --output",
                             (folder / name).string());
}

void write_corpus(const fs::path& folder, const std::vector<CorpusFile>& files, std::string_view report_json) {
  write_file_atomically(folder / kReport, kUnfinished);
  for (const auto& [name, text] : files) write_file_atomically(folder / name, text);
  write_file_atomically(folder / kReport, report_json);
}

}  // namespace prenorm::corpora
