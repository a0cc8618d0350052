// The folder of a built corpus: text files and corpus.json, which tells what they hold and that they are complete.
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

// Errors: DataError when the folder has files of these names but no corpus.json: they are somebody else's.
void refuse_foreign_files(const std::filesystem::path& folder, const std::vector<std::string>& names);

// Writes the files, each in one step; corpus.json says meanwhile that they are unfinished. Errors: FileError.
void write_corpus(const std::filesystem::path& folder, const std::vector<CorpusFile>& files,
                  std::string_view report_json);

}  // namespace prenorm::corpora
