#include "prenorm/data/file_hashes.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/input_file.h"
#include "prenorm/files/json_file.h"

namespace prenorm::data {
namespace {

using nlohmann::json;

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

std::int64_t now_ns() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

json read_memo(const std::filesystem::path& path) {
  if (!is_there(path)) return json::object();
  json memo = read_json(path);
  return memo.is_object() ? memo : json::object();
}

}  // namespace

FileStamp stamp_of(const std::filesystem::path& path) {
  const InputFile file(path);
  const struct stat& status = file.status();
  return {status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim), status.st_ino};
}

std::string remembered_hash(const std::filesystem::path& memo_path, const std::filesystem::path& path,
                            const FileStamp& stamp) {
  json memo = read_memo(memo_path);
  const json looks = {stamp.size, stamp.modified_ns, stamp.changed_ns, stamp.inode};
  // The path may contain any bytes, JSON may not.
  const std::string key = hash_hex(absolute_path(path).string());
  const auto known = memo.find(key);
  if (known != memo.end() && known->is_object() && known->value("stamp", json()) == looks &&
      known->value("hash", json()).is_string())
    return known->at("hash").get<std::string>();

  const std::int64_t now = now_ns();
  std::string hash = hash_file_hex(path);
  // A file that changed a moment ago may change again without looking different, so it is not remembered yet.
  if (now - stamp.changed_ns > 2 * kSecond) {
    memo[key] = {{"stamp", looks}, {"hash", hash}};
    write_file_atomically(memo_path, memo.dump(1) + "\n");
  }
  return hash;
}

}  // namespace prenorm::data
