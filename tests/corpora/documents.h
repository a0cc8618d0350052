// Documents as tests compare them.
#pragma once

#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "corpora/texts/text_document.h"

namespace prenorm::corpora {

// "key: paragraph | paragraph"
inline DocumentSink into(std::vector<std::string>& documents) {
  return [&documents](const TextDocument& document) {
    documents.push_back(fmt::format("{}: {}", document.key, fmt::join(document.paragraphs, " | ")));
  };
}

}  // namespace prenorm::corpora
