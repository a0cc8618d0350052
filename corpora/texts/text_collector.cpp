#include "corpora/texts/text_collector.h"

#include <string>
#include <vector>

#include "corpora/texts/normalize.h"
#include "corpora/texts/sentence_splitter.h"
#include "prenorm/files/hash.h"

namespace prenorm::corpora {
namespace {
constexpr std::int64_t kFewestDocumentWords = 10;
}

TextCounts& operator+=(TextCounts& sum, const TextCounts& counts) {
  sum.documents += counts.documents;
  sum.lines += counts.lines;
  sum.words += counts.words;
  sum.bytes += counts.bytes;
  return sum;
}

TextCounts TextCollector::add(std::string_view source, const TextDocument& document) {
  std::string lines;
  TextCounts counts{.documents = 1};
  std::vector<std::uint64_t> keys;
  for (const std::string& raw : document.paragraphs) {
    const std::string paragraph = normalize(raw);
    for (const std::string_view sentence : split_sentences(paragraph)) {
      if (!is_running_text(sentence)) continue;
      const std::uint64_t key = hash64(duplicate_key(sentence));
      if (!seen_.insert(key).second) continue;
      keys.push_back(key);
      lines.append(sentence) += '\n';
      ++counts.lines;
      counts.words += static_cast<std::int64_t>(count_words(sentence));
    }
  }
  if (counts.words < kFewestDocumentWords) {
    for (const std::uint64_t key : keys) seen_.erase(key);  // a longer document may contain the sentence
    return {};
  }
  counts.bytes = static_cast<std::int64_t>(lines.size());
  Part& part = parts_[static_cast<std::size_t>(split_of_key(std::string(source).append("/").append(document.key)))];
  if (!part.text.empty()) part.text += '\n';
  part.text += lines;
  part.counts += counts;
  return counts;
}

}  // namespace prenorm::corpora
