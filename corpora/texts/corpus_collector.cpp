#include "corpora/texts/corpus_collector.h"

#include "corpora/texts/normalize.h"
#include "corpora/texts/sentence_splitter.h"
#include "prenorm/files/hash.h"

namespace prenorm::corpora {

void CorpusCollector::add(SourceTag tag, std::string_view english, std::string_view other) {
  ++counts_[static_cast<std::size_t>(tag)].extracted;
  const std::string clean_english = normalize(english), clean_other = normalize(other);
  const auto sentences = split_sentences(clean_english), other_sentences = split_sentences(clean_other);
  if (sentences.size() != other_sentences.size()) return add_sentence(tag, clean_english, clean_other);
  for (std::size_t i = 0; i < sentences.size(); ++i) add_sentence(tag, sentences[i], other_sentences[i]);
}

void CorpusCollector::add_sentence(SourceTag tag, std::string_view english, std::string_view other) {
  if (check_pair(english, other) != Rejection::kNone) return;
  const std::string key = duplicate_key(english);
  if (!seen_.insert(hash64(key)).second) return;
  PartText& part = parts_[static_cast<std::size_t>(split_of_key(key))];
  part.english.append(english) += '\n';
  part.other.append(other) += '\n';
  part.tags.append(source_info(tag).name) += '\n';
  ++part.pairs;
  SourceCounts& counts = counts_[static_cast<std::size_t>(tag)];
  ++counts.kept;
  counts.english_words += static_cast<std::int64_t>(count_words(english));
  counts.other_words += static_cast<std::int64_t>(count_words(other));
}

}  // namespace prenorm::corpora
