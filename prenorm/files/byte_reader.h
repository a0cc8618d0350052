// The bytes of a plain or gzip file, told apart by content, from begin to end. Memory: two buffers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "prenorm/files/input_file.h"

namespace prenorm {

class ByteReader {
 public:
  // `name` is what messages call the file.
  ByteReader(InputFile file, std::string name);
  ~ByteReader();
  ByteReader(ByteReader&&) noexcept;

  // The next bytes, valid until the next call; empty at the end of the file. All members of a gzip file are read, and
  // zeros after the last, as tapes have them. Errors: FileError when the file cannot be read, or a gzip file is
  // damaged, cut short or followed by anything else.
  std::string_view next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace prenorm
