#include "corpora/formats/ddtp.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "corpora/texts/normalize.h"

namespace prenorm::corpora {
namespace {

// Splits the lines of a long description into paragraphs and list items.
class ItemBuilder {
 public:
  explicit ItemBuilder(std::vector<std::string>& items) : items_(&items) {}

  // `line` still has the blank at the start of every line of the field.
  void add(std::string_view line) {
    line.remove_prefix(1);
    if (line == ".") {
      open_ = false;
      return;
    }
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view text = trim(line);
    if (text.empty()) return;
    const bool bullet = starts_with_bullet(text);
    if (bullet || !continues(indent)) {
      items_->emplace_back();
      open_ = true;
      is_list_item_ = bullet;
      indent_ = indent;
    }
    std::string& item = items_->back();
    if (!item.empty()) item += ' ';
    item += bullet ? trim(text.substr(text.find(' '))) : text;
  }

 private:
  static bool starts_with_bullet(std::string_view text) {
    for (const std::string_view bullet : {"* ", "- ", "+ ", "o ", "\u2022 ", "\u00B7 "})
      if (text.starts_with(bullet)) return true;
    return false;
  }

  // Inside a list item the following lines are indented further; a paragraph's lines are not indented at all, and
  // indented lines (examples, tables) are separate items.
  bool continues(std::size_t indent) const {
    if (!open_) return false;
    return is_list_item_ ? indent > indent_ : indent == 0 && indent_ == 0;
  }

  std::vector<std::string>* items_;
  bool open_ = false, is_list_item_ = false;
  std::size_t indent_ = 0;
};

bool take_field(std::string_view line, std::string_view name, std::string& value) {
  if (!line.starts_with(name)) return false;
  value = trim(line.substr(name.size()));
  return true;
}

}  // namespace

std::optional<PackageDescription> DescriptionReader::next() {
  PackageDescription description;
  ItemBuilder items(description.items);
  bool in_description = false;
  for (std::string line; reader_.next(line);) {
    if (line.empty()) {
      if (!description.md5.empty() && !description.summary.empty()) return description;
      description.package.clear(), description.md5.clear(), description.summary.clear(), description.items.clear();
      items = ItemBuilder(description.items);
      in_description = false;
    } else if (line.front() == ' ') {
      if (in_description) items.add(line);
    } else if (!take_field(line, "Package:", description.package) &&
               !take_field(line, "Description-md5:", description.md5)) {
      in_description = line.starts_with("Description-");
      if (in_description)
        description.summary = trim(std::string_view(line).substr(std::min(line.find(':') + 1, line.size())));
    }
  }
  if (description.md5.empty() || description.summary.empty()) return std::nullopt;
  return description;
}

void extract_descriptions(const std::vector<std::filesystem::path>& english,
                          const std::vector<std::filesystem::path>& other, const PairSink& sink) {
  std::unordered_map<std::string, PackageDescription> translations;
  for (const std::filesystem::path& index : other) {
    DescriptionReader reader(index);
    while (auto description = reader.next()) translations.emplace(description->md5, std::move(*description));
  }
  for (const std::filesystem::path& index : english) {
    DescriptionReader reader(index);
    while (const auto description = reader.next()) {
      // extract(): a description that occurs in several indexes counts once.
      const auto found = translations.extract(description->md5);
      if (found.empty()) continue;
      const PackageDescription& translation = found.mapped();
      sink(SourceTag::kSummary, description->summary, translation.summary);
      if (description->items.size() != translation.items.size()) continue;
      for (std::size_t i = 0; i < description->items.size(); ++i)
        sink(SourceTag::kDescription, description->items[i], translation.items[i]);
    }
  }
}

void extract_description_documents(const std::vector<std::filesystem::path>& english, const DocumentSink& sink) {
  std::unordered_set<std::string> seen;
  for (const std::filesystem::path& index : english) {
    DescriptionReader reader(index);
    while (auto description = reader.next()) {
      if (!seen.insert(description->package).second) continue;
      TextDocument document{std::move(description->package), {std::move(description->summary)}};
      std::move(description->items.begin(), description->items.end(), std::back_inserter(document.paragraphs));
      sink(document);
    }
  }
}

}  // namespace prenorm::corpora
