#include "prenorm/data/block_file.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "prenorm/base/error.h"
#include "prenorm/files/hash.h"

namespace prenorm::data {
namespace {

static_assert(std::endian::native == std::endian::little, "prepared corpora are little endian");

constexpr std::int64_t kBlock = 1 << 16;

std::int64_t blocks_of(std::int64_t bytes) { return (bytes + kBlock - 1) / kBlock; }

[[noreturn]] void report_damage(const std::filesystem::path& path, std::string_view what) {
  throw_error<DataError>("{}: {}; delete the folder {}; it will be created again from the text", path.string(), what,
                         path.parent_path().string());
}

std::string_view view(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void BlockFileWriter::write_bytes(std::string_view bytes) {
  file_.write(bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), static_cast<std::size_t>(kBlock) - block_.size());
    block_.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    if (block_.size() == static_cast<std::size_t>(kBlock)) end_block();
  }
}

void BlockFileWriter::end_block() {
  hashes_.push_back(hash64(block_));
  block_.clear();
}

BlockFileInfo BlockFileWriter::finish() {
  if (!block_.empty()) end_block();
  const std::string_view hashes(reinterpret_cast<const char*>(hashes_.data()), hashes_.size() * sizeof(std::uint64_t));
  file_.write(hashes);
  file_.commit();
  return {bytes_, hash_hex(hashes)};
}

BlockFile::BlockFile(const std::filesystem::path& path, const BlockFileInfo& info)
    : path_(path), file_(path), bytes_(info.bytes) {
  const auto size = static_cast<std::int64_t>(file_.bytes().size());
  const std::int64_t expected = bytes_ + blocks_of(bytes_) * static_cast<std::int64_t>(sizeof(std::uint64_t));
  if (size != expected) report_damage(path_, fmt::format("the file has {} bytes, but {} were written", size, expected));
  if (hash_hex(view(file_.bytes().subspan(static_cast<std::size_t>(bytes_)))) != info.hash)
    report_damage(path_, "the file is damaged or belongs to another corpus");
  checked_ = std::make_unique<std::atomic<bool>[]>(static_cast<std::size_t>(blocks_of(bytes_)));
}

void BlockFile::check(std::int64_t begin, std::int64_t bytes) const {
  for (std::int64_t block = begin / kBlock; block * kBlock < begin + bytes; ++block)
    if (!checked_[static_cast<std::size_t>(block)].load(std::memory_order_relaxed)) check_block(block);
}

void BlockFile::check_block(std::int64_t block) const {
  const auto begin = static_cast<std::size_t>(block * kBlock);
  const std::string_view content =
      view(file_.bytes().subspan(begin, static_cast<std::size_t>(std::min(kBlock, bytes_ - block * kBlock))));
  std::uint64_t expected = 0;
  std::memcpy(&expected, file_.bytes().data() + bytes_ + block * static_cast<std::int64_t>(sizeof expected),
              sizeof expected);
  if (hash64(content) != expected)
    report_damage(path_, fmt::format("damaged between bytes {} and {}", begin, begin + content.size()));
  checked_[static_cast<std::size_t>(block)].store(true, std::memory_order_relaxed);
}

}  // namespace prenorm::data
