// The folder of a built corpus: train, dev and test, each as text of both languages and source tags, line by line.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "prenorm/corpora/corpus_collector.h"
#include "prenorm/corpora/corpus_report.h"

namespace prenorm::corpora {

// The report in corpus.json if the folder is a complete corpus; the report is written last.
std::optional<DebianCorpusReport> stored_report(const std::filesystem::path& folder);

// Errors: DataError when the folder has text files of these names but no corpus.json: they are somebody else's.
void refuse_foreign_files(const std::filesystem::path& folder, std::string_view language);

// Writes {train,dev,test}.{en,LANGUAGE,tags} and corpus.json, each in one step. Errors: FileError.
void write_corpus(const std::filesystem::path& folder, std::string_view language, const CorpusCollector& corpus,
                  const DebianCorpusReport& report);

}  // namespace prenorm::corpora
