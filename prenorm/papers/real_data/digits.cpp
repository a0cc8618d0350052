#include "prenorm/papers/real_data/digits.h"

#include <ATen/ops/empty.h>

#include "prenorm/base/error.h"
#include "prenorm/files/byte_reader.h"

namespace prenorm::papers::real_data {
namespace {

constexpr std::int64_t kPictures = 10'000, kSide = 28;

// What follows the header of an idx file, which is a magic number and the sizes, four bytes each.
std::string read_idx(const std::filesystem::path& file, std::size_t dimensions, std::int64_t bytes) {
  ByteReader reader(InputFile(file), file.string());
  std::string content;
  for (std::string_view part = reader.next(); !part.empty(); part = reader.next()) content += part;
  const std::size_t header = 4 * (dimensions + 1);
  if (content.size() != header + static_cast<std::size_t>(bytes) || content[2] != 8 ||
      content[3] != static_cast<char>(dimensions))
    throw_error<DataError>("{}: not an idx file of {} bytes in {} dimensions", file.string(), bytes, dimensions);
  return content.substr(header);
}

}  // namespace

Digits read_digits(const std::filesystem::path& data) {
  const std::string pixels = read_idx(data / kDigitPictures, 3, kPictures * kSide * kSide);
  const std::string labels = read_idx(data / kDigitLabels, 1, kPictures);
  Digits digits{at::empty({kPictures, kSide, kSide}, at::kDouble), {labels.begin(), labels.end()}};
  double* value = digits.pictures.data_ptr<double>();
  for (const char pixel : pixels) *value++ = static_cast<unsigned char>(pixel) / 255.0;
  return digits;
}

std::string skipped_digits_note(std::string_view what) {
  for (const std::string_view name : {kDigitPictures, kDigitLabels})
    if (!exists(name)) return skipped_note(what, name);
  return "";
}

}  // namespace prenorm::papers::real_data
