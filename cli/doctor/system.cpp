#include "cli/doctor/system.h"

#include <fmt/format.h>
#include <unistd.h>

#include "corpora/packages/package_cache.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file_system.h"

namespace prenorm::cli {
namespace fs = std::filesystem;
namespace {

// A run of the demo's size with its checkpoints takes about 1 GB; 0.1 GB is less than one checkpoint.
constexpr double kLittleSpace = 2, kNoSpace = 0.1;

fs::path nearest_existing(fs::path folder) {
  std::error_code failed;
  folder = absolute_path(folder);
  while (!fs::exists(folder, failed) && folder != folder.parent_path()) folder = folder.parent_path();
  return folder;
}

}  // namespace

Check check_tokenizer() {
  return {"tokenizer",
          Verdict::kOk,
          "SentencePiece " PRENORM_SENTENCEPIECE_VERSION,
          "",
          {{"sentencepiece", PRENORM_SENTENCEPIECE_VERSION}}};
}

Check check_space(const std::string& role, const fs::path& folder) {
  const fs::path place = nearest_existing(folder);
  Check check{role, Verdict::kOk, "", "", {{"path", place.string()}}};
  std::error_code failed;
  const fs::space_info space = fs::space(place, failed);
  if (failed) {
    check.verdict = Verdict::kWarning;
    check.finding = fmt::format("{}: {}", place.string(), failed.message());
    check.advice = "use another folder";
    return check;
  }
  const double free = static_cast<double>(space.available) / 1e9;
  check.details["free_bytes"] = space.available;
  check.finding = fmt::format("{:.1f} GB free in {}", free, place.string());
  if (::access(place.c_str(), W_OK | X_OK) != 0) {
    check.verdict = Verdict::kWarning;
    check.finding += ", not writable";
    check.advice = "use a folder that you may write to";
  } else if (free < kLittleSpace) {
    check.verdict = free < kNoSpace ? Verdict::kProblem : Verdict::kWarning;
    check.advice = "make space, or use a folder on another disk";
  }
  return check;
}

Check check_cache() {
  try {
    return check_space("cache", corpora::default_cache_directory());
  } catch (const Error& error) {
    return {"cache", Verdict::kWarning, error.what(), "set HOME, or give --cache to `prenorm corpus`", {}};
  }
}

}  // namespace prenorm::cli
