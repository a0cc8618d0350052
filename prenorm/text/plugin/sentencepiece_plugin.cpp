// The only file that includes SentencePiece; see prenorm/text/sentencepiece.h for why it is a shared object.
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "prenorm/text/sentencepiece.h"

namespace prenorm::text {
namespace {

std::string message(const ::sentencepiece::util::Status& status) {
  return status.ok() ? std::string() : status.error_message();
}

class Model : public SentencePieceModel {
 public:
  std::string load(std::string_view bytes) { return message(processor_.LoadFromSerializedProto(bytes)); }

  std::string encode(std::string_view line, std::vector<int>& ids) const override {
    return message(processor_.Encode(line, &ids));
  }
  std::string decode(std::span<const std::int32_t> ids, std::string& text) const override {
    return message(processor_.Decode(std::vector<int>(ids.begin(), ids.end()), &text));
  }
  std::string serialized() const override { return processor_.serialized_model_proto(); }
  int size() const override { return processor_.GetPieceSize(); }
  int unk_id() const override { return processor_.unk_id(); }
  int eos_id() const override { return processor_.eos_id(); }
  int bos_id() const override { return processor_.bos_id(); }
  int pad_id() const override { return processor_.pad_id(); }

 private:
  ::sentencepiece::SentencePieceProcessor processor_;
};

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

std::string load(std::string_view bytes, std::shared_ptr<const SentencePieceModel>& model) {
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
