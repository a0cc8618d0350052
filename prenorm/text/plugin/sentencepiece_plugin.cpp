// The only file that includes SentencePiece; prenorm/text/sentencepiece.h explains why it is a shared object.
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>

#include "prenorm/text/sentencepiece.h"

namespace prenorm::text {
namespace {

std::string message(const ::sentencepiece::util::Status& status) {
  return status.ok() ? std::string() : status.error_message();
}

constexpr std::string_view kBlank = "\u2581";  // SentencePiece's character for a blank in a piece

class Model : public TokenizerModel {
 public:
  std::string load(std::string_view bytes) {
    std::string error = message(processor_.LoadFromSerializedProto(bytes));
    if (!error.empty()) return error;
    mask_id_ = id_of(kMaskPiece);
    if (mask_id_ < 0) mask_id_ = id_of("[MASK]");
    // A piece of this name that text can become is not a newline: models of other tools decode as they always did.
    newline_id_ = id_of(kNewlinePiece);
    if (newline_id_ >= 0 && !processor_.IsControl(newline_id_)) newline_id_ = -1;
    return {};
  }

  TokenizerFormat format() const override { return TokenizerFormat::kSentencePiece; }
  std::string encode(std::string_view line, std::vector<std::int32_t>& ids) const override {
    std::vector<int> of_line;
    std::string error = message(processor_.Encode(line, &of_line));
    ids.insert(ids.end(), of_line.begin(), of_line.end());
    return error;
  }
  std::string encode_text(std::string_view text, std::vector<std::int32_t>& ids) const override;
  std::string decode(std::span<const std::int32_t> ids, std::string& text) const override;
  std::string serialized() const override { return processor_.serialized_model_proto(); }
  int size() const override { return processor_.GetPieceSize(); }
  int unk_id() const override { return processor_.unk_id(); }
  int eos_id() const override { return processor_.eos_id(); }
  int bos_id() const override { return processor_.bos_id(); }
  int pad_id() const override { return processor_.pad_id(); }
  int mask_id() const override { return mask_id_; }
  int newline_id() const override { return newline_id_; }
  std::string piece(int id) const override { return processor_.IdToPiece(id); }
  bool starts_word(int id) const override { return id == newline_id_ || piece(id).starts_with(kBlank); }

 private:
  // -1 if there is no such piece; SentencePiece returns the unknown one.
  int id_of(std::string_view piece) const {
    const int id = processor_.PieceToId(piece);
    return id >= 0 && id < size() && processor_.IdToPiece(id) == piece ? id : -1;
  }
  std::string decode_line(std::span<const std::int32_t> ids, std::string& text) const {
    std::string line;
    std::string error = message(processor_.Decode(std::vector<int>(ids.begin(), ids.end()), &line));
    text += line;
    return error;
  }

  ::sentencepiece::SentencePieceProcessor processor_;
  int mask_id_ = -1, newline_id_ = -1;
};

std::string Model::encode_text(std::string_view text, std::vector<std::int32_t>& ids) const {
  for (;;) {
    const std::size_t end = text.find('\n');
    std::string error = encode(text.substr(0, end), ids);
    if (!error.empty() || end == std::string_view::npos) return error;
    if (newline_id_ >= 0) ids.push_back(newline_id_);
    text.remove_prefix(end + 1);
  }
}

// Decoded line by line: SentencePiece removes the blank that it put before a line only at the start of the text.
std::string Model::decode(std::span<const std::int32_t> ids, std::string& text) const {
  for (;;) {
    const auto end = newline_id_ < 0 ? ids.end() : std::find(ids.begin(), ids.end(), newline_id_);
    const auto size = static_cast<std::size_t>(end - ids.begin());
    std::string error = decode_line(ids.first(size), text);
    if (!error.empty() || size == ids.size()) return error;
    text += '\n';
    ids = ids.subspan(size + 1);
  }
}

class Lines : public ::sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::function<bool(std::string&)>& next_line) : next_line_(next_line) { Lines::Next(); }
  bool done() const override { return done_; }
  void Next() override { done_ = !next_line_(line_); }
  const std::string& value() const override { return line_; }
  ::sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::function<bool(std::string&)>& next_line_;
  std::string line_;
  bool done_ = false;
};

std::string load(std::string_view bytes, std::shared_ptr<const TokenizerModel>& model) {
  auto loaded = std::make_shared<Model>();
  std::string error = loaded->load(bytes);
  model = std::move(loaded);
  return error;
}

std::string train(const std::unordered_map<std::string, std::string>& options,
                  const std::function<bool(std::string&)>& next_line, std::string& serialized_model) {
  Lines lines(next_line);
  return message(::sentencepiece::SentencePieceTrainer::Train(options, &lines, &serialized_model));
}

constexpr SentencePieceApi kApi{load, train};

}  // namespace
}  // namespace prenorm::text

extern "C" const prenorm::text::SentencePieceApi* prenorm_sentencepiece_api() { return &prenorm::text::kApi; }
