// What we use of SentencePiece, behind an interface. Debian's libsentencepiece carries a protobuf of its own whose
// symbols are public, and so does LibTorch: linked into one program, each finds the other's and crashes. The calls
// stand in a shared object (plugin/) that is loaded with its symbols to itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace prenorm::text {

// Functions that can fail return SentencePiece's message, empty when all is well. Nothing throws.
class SentencePieceModel {
 public:
  virtual ~SentencePieceModel() = default;
  virtual std::string encode(std::string_view line, std::vector<int>& ids) const = 0;
  virtual std::string decode(std::span<const std::int32_t> ids, std::string& text) const = 0;
  virtual std::string serialized() const = 0;
  virtual int size() const = 0;
  virtual int unk_id() const = 0;
  virtual int eos_id() const = 0;
  virtual int bos_id() const = 0;
  virtual int pad_id() const = 0;
};

struct SentencePieceApi {
  std::string (*load)(std::string_view bytes, std::shared_ptr<const SentencePieceModel>& model);
  // `next_line` gives one line after the other, false at the end; it must not throw.
  std::string (*train)(const std::unordered_map<std::string, std::string>& options,
                       const std::function<bool(std::string&)>& next_line, std::string& serialized_model);
};

// Loads the shared object at the first call. Errors: FileError when it is not there.
const SentencePieceApi& sentencepiece();

}  // namespace prenorm::text
