#include "prenorm/data/text_pieces.h"

#include <string_view>

#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"

namespace prenorm::data {
namespace {

constexpr std::size_t kPieceBytes = 1 << 10;
// A text without visible characters before its newlines is cut elsewhere, so that memory stays bounded.
constexpr std::size_t kLongestPiece = 1 << 20;

// Whether well-formed UTF-8 ends with a visible character.
bool ends_visibly(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xC0U) == 0x80U) {
  }
  return !is_blank(text.substr(at));
}

}  // namespace

TextPieces::TextPieces(const std::filesystem::path& path, TextShape shape, const DataConfig& rules)
    : reader_(path), shape_(shape), rules_(rules) {}

bool TextPieces::next(TextPiece& piece) {
  return shape_ == TextShape::kStream ? next_of_stream(piece) : next_of_document(piece);
}

bool TextPieces::next_line(std::string& line) {
  while (reader_.next(line)) {
    ++counts_.lines;
    if (is_utf8(line)) {
      counts_.bytes += std::ssize(line) + 1;
      return true;
    }
    const std::string place = fmt::format("{}:{}", reader_.path().string(), reader_.line_number());
    if (rules_.invalid_utf8 == BadPairRule::kRefuse)
      throw_error<DataError>(
          "{}: not valid UTF-8; correct the text, or drop such lines with data.invalid_utf8 = \"drop\"", place);
    if (counts_.invalid_utf8.count++ == 0) counts_.invalid_utf8.first = place;
  }
  return false;
}

bool TextPieces::next_of_document(TextPiece& piece) {
  while (next_line(piece.text)) {
    if (is_blank(piece.text)) {
      document_ended_ = document_ended_ || rules_.documents == Documents::kBlankLines;
      continue;
    }
    piece.line = reader_.line_number();
    piece.begins_document = document_ended_ || rules_.documents == Documents::kLines;
    document_ended_ = false;
    return true;
  }
  return false;
}

bool TextPieces::next_of_stream(TextPiece& piece) {
  piece = {newline_pending_ ? "\n" : "", 0, true};
  newline_pending_ = false;
  for (std::string line; next_line(line);) {
    if (piece.line == 0) piece.line = reader_.line_number();
    piece.text += line;
    if (piece.text.size() >= kLongestPiece || (piece.text.size() >= kPieceBytes && ends_visibly(line))) {
      newline_pending_ = true;
      return true;
    }
    piece.text += '\n';
  }
  if (piece.line == 0) piece.line = reader_.line_number();
  return !piece.text.empty();
}

}  // namespace prenorm::data
