// A text in English with nothing beside it in another language: what language models train on.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace prenorm::corpora {

struct TextDocument {
  std::string key;  // names the document within its source; the same in later versions of the package
  std::vector<std::string> paragraphs;
};

// Takes one extracted document; it lives for the call only.
using DocumentSink = std::function<void(const TextDocument& document)>;

}  // namespace prenorm::corpora
