// The bytes of a plain or gzip file, distinguished by content, from start to end. Memory: two buffers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "prenorm/files/input_file.h"

namespace prenorm {

class ByteReader {
 public:
  // Messages call the file `name`.
  ByteReader(InputFile file, std::string name);
  ~ByteReader();
  ByteReader(ByteReader&&) noexcept;

  // The next bytes, valid until the next call; empty at the end of the file. All members of a gzip file are read, and
  // zeros after the last, which tapes add, are skipped. Errors: FileError if the file cannot be read, or if a gzip file
  // is damaged, truncated or followed by anything else.
  std::string_view next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace prenorm
