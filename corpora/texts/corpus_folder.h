// The folder of a built corpus: text files and corpus.json, which describes their content and shows that they are
// complete.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

struct CorpusFile {
  std::string name;
  std::string_view text;
};

// The text of corpus.json, if there is one.
std::optional<std::string> stored_report_json(const std::filesystem::path& folder);
bool has_all_files(const std::filesystem::path& folder, const std::vector<std::string>& names);

// Errors: DataError if the folder has files of these names but no corpus.json: they belong to somebody else.
void refuse_foreign_files(const std::filesystem::path& folder, const std::vector<std::string>& names);

// Writes the files, each atomically; meanwhile corpus.json marks them as unfinished. Errors: FileError.
void write_corpus(const std::filesystem::path& folder, const std::vector<CorpusFile>& files,
                  std::string_view report_json);

}  // namespace prenorm::corpora
