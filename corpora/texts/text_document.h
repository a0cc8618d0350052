// A monolingual English text, for training language models.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace prenorm::corpora {

struct TextDocument {
  std::string key;  // identifies the document within its source; the same in later versions of the package
  std::vector<std::string> paragraphs;
};

// Receives one extracted document, which is only valid during the call.
using DocumentSink = std::function<void(const TextDocument& document)>;

}  // namespace prenorm::corpora
