#include "corpora/formats/wordnet.h"

#include <charconv>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "corpora/texts/normalize.h"
#include "prenorm/base/error.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::corpora {
namespace {

struct Synset {
  std::string_view group;  // offset of the synset it is filed under
  std::string paragraph;
};

// Takes the fields of a line from its front; they stand between single blanks.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  bool done() const { return rest_.empty(); }
  std::string_view next() {
    const std::size_t end = rest_.find(' ');
    const std::string_view field = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    return field;
  }
  // Nothing but a count in this base gives a value; -1 stands for anything else.
  int next_count(int base) {
    const std::string_view field = next();
    int value = -1;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, base);
    return error == std::errc{} && end == field.data() + field.size() ? value : -1;
  }

 private:
  std::string_view rest_;
};

// "physical_entity" and, of adjectives, "galore(ip)", where the marker says how the word is used.
std::string readable(std::string_view word) {
  std::string text(word.substr(0, word.ends_with(')') ? word.rfind('(') : word.npos));
  for (char& c : text)
    if (c == '_') c = ' ';
  return text;
}

// offset lexfile type word-count (word id)... pointer-count (symbol offset part source/target)... | gloss
// The group of a line without a gloss or with broken counts is empty.
Synset read_synset(std::string_view line) {
  const std::size_t bar = line.find(" | ");
  if (bar == line.npos) return {};
  Fields fields(line.substr(0, bar));
  const std::string_view offset = fields.next();
  fields.next();
  const bool satellite = fields.next() == "s";
  const int words = fields.next_count(16);
  std::string paragraph;
  for (int i = 0; i < words && !fields.done(); ++i) {
    paragraph += (i == 0 ? "" : ", ") + readable(fields.next());
    fields.next();
  }
  const int pointers = fields.next_count(10);
  if (words <= 0 || pointers < 0) return {};
  std::string_view group = offset;
  for (int i = 0; i < pointers && group == offset; ++i) {
    if (fields.done()) return {};
    const std::string_view symbol = fields.next(), target = fields.next();
    fields.next(), fields.next();
    if (symbol == "@" || symbol == "@i" || (satellite && symbol == "&")) group = target;
  }
  return {group, paragraph.append(": ").append(trim(line.substr(bar + 3)))};
}

}  // namespace

void extract_wordnet(const std::filesystem::path& folder, const DocumentSink& sink) {
  for (const std::string_view part : {"noun", "verb", "adj", "adv"}) {
    std::vector<TextDocument> documents;
    std::unordered_map<std::string, std::size_t> index;
    LineReader reader(folder / std::string("data.").append(part));
    for (std::string line; reader.next(line);) {
      if (line.starts_with("  ")) continue;  // the licence, before the data
      Synset synset = read_synset(line);
      if (synset.group.empty())
        throw_error<DataError>("{}:{}: not a line of a WordNet database", reader.path().string(), reader.line_number());
      std::string key = std::string(part).append("/").append(synset.group);
      const auto [found, is_new] = index.emplace(std::move(key), documents.size());
      if (is_new) documents.push_back({found->first, {}});
      documents[found->second].paragraphs.push_back(std::move(synset.paragraph));
    }
    for (const TextDocument& document : documents) sink(document);
  }
}

}  // namespace prenorm::corpora
