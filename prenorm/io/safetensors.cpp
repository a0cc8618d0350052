#include "prenorm/io/safetensors.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <set>
#include <string_view>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/text.h"
#include "prenorm/files/file.h"

namespace prenorm::io {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

constexpr std::array<std::pair<at::ScalarType, std::string_view>, 8> kTypes{{{at::kFloat, "F32"},
                                                                             {at::kDouble, "F64"},
                                                                             {at::kHalf, "F16"},
                                                                             {at::kBFloat16, "BF16"},
                                                                             {at::kLong, "I64"},
                                                                             {at::kInt, "I32"},
                                                                             {at::kByte, "U8"},
                                                                             {at::kBool, "BOOL"}}};
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the format's own limit
constexpr std::uint64_t kLargestTensor = std::uint64_t{1} << 48;
constexpr std::size_t kHighestRank = 64;
constexpr std::string_view kMetadata = "__metadata__";

std::string_view type_name(at::ScalarType type, const std::string& tensor) {
  for (const auto& [candidate, name] : kTypes)
    if (candidate == type) return name;
  throw_error<FileError>("tensor {}: type {} is not supported by safetensors", quote_short(tensor),
                         c10::toString(type));
}

struct Entry {
  std::string name;
  at::ScalarType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path), file_(path), bytes_(file_.bytes()) {}

  TensorFile read() {
    const nlohmann::json header = parse_header();
    TensorFile result;
    result.path = path_;
    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items()) {
      if (name == kMetadata)
        result.metadata = metadata(value);
      else
        entries.push_back(entry(name, value));
    }
    check_layout(entries);
    for (const Entry& e : entries) {
      at::Tensor tensor = at::empty(e.shape, e.type);
      if (e.end > e.begin) std::memcpy(tensor.data_ptr(), data_ + e.begin, e.end - e.begin);
      if (e.type == at::kBool) check_booleans(e);
      result.tensors.emplace(e.name, std::move(tensor));
    }
    return result;
  }

 private:
  template <class... Args>
  [[noreturn]] void damaged(fmt::format_string<Args...> format, Args&&... args) const {
    throw_error<CheckpointError>("{}: not a usable safetensors file: {}", path_.string(),
                                 fmt::format(format, std::forward<Args>(args)...));
  }

  nlohmann::json parse_header() {
    std::uint64_t length = 0;
    if (bytes_.size() < sizeof length) damaged("it has only {} bytes", bytes_.size());
    std::memcpy(&length, bytes_.data(), sizeof length);
    if (length > kLongestHeader || length > bytes_.size() - sizeof length)
      damaged("its header would be {} bytes long and the file is {}; it is truncated or damaged", length,
              bytes_.size());
    const auto* text = reinterpret_cast<const char*>(bytes_.data()) + sizeof length;
    data_ = bytes_.data() + sizeof length + length;
    data_size_ = bytes_.size() - sizeof length - length;
    if (!is_shallow_json({text, length})) damaged("its header does not describe tensors");
    // JSON silently keeps the last of equal keys.
    std::set<std::string> names;
    const auto check_name = [&](int depth, nlohmann::json::parse_event_t event, const nlohmann::json& value) {
      if (event == nlohmann::json::parse_event_t::key && depth == 1 && !names.insert(value.get<std::string>()).second)
        damaged("two tensors are named {}", quote_short(value.get<std::string>()));
      return true;
    };
    nlohmann::json header = nlohmann::json::parse(text, text + length, check_name, /*allow_exceptions=*/false);
    if (!header.is_object()) damaged("its header is not a JSON object");
    return header;
  }

  std::map<std::string, std::string> metadata(const nlohmann::json& value) const {
    const auto is_text = [](const nlohmann::json& v) { return v.is_string(); };
    if (!value.is_object() || !std::all_of(value.begin(), value.end(), is_text))
      damaged("its metadata are not pairs of text");
    return value.get<std::map<std::string, std::string>>();
  }

  // The library would round a fraction and wrap a negative number.
  static std::uint64_t whole_number(const nlohmann::json& value) {
    if (!value.is_number_unsigned()) throw nlohmann::json::type_error::create(302, "not a whole number", nullptr);
    return value.get<std::uint64_t>();
  }

  Entry entry(const std::string& name, const nlohmann::json& value) const try {
    const nlohmann::json &shape = value.at("shape"), &offsets = value.at("data_offsets");
    const auto type = value.at("dtype").get<std::string>();
    const auto known = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.second == type; });
    if (known == kTypes.end()) damaged("tensor {} has the unknown type {}", quote_short(name), quote_short(type));
    if (!shape.is_array() || shape.size() > kHighestRank || !offsets.is_array() || offsets.size() != 2)
      damaged("the description of tensor {} is wrong", quote_short(name));
    Entry e{name, known->first, {}, whole_number(offsets[0]), whole_number(offsets[1])};
    // An empty tensor has strides too, which must not overflow either.
    std::uint64_t size = c10::elementSize(e.type), extent = size;
    for (const nlohmann::json& dimension : shape) {
      const std::uint64_t n = whole_number(dimension);
      if (n > kLargestTensor / extent) damaged("tensor {} has an impossible shape", quote_short(name));
      extent *= std::max<std::uint64_t>(1, n);
      size *= n;
      e.shape.push_back(static_cast<std::int64_t>(n));
    }
    if (e.begin > e.end || e.end > data_size_ || e.end - e.begin != size)
      damaged("tensor {} does not fit into the file; it is truncated or damaged", quote_short(name));
    return e;
  } catch (const nlohmann::json::exception&) {
    damaged("the description of tensor {} is incomplete or wrong", quote_short(name));
  }

  // The bytes of the tensors must cover the data without holes or overlaps.
  void check_layout(std::vector<Entry>& entries) const {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    std::uint64_t next = 0;
    for (const Entry& e : entries) {
      if (e.begin != next) damaged("tensor {} does not start where the one before it ends", quote_short(e.name));
      next = e.end;
    }
    if (next != data_size_) damaged("{} bytes follow the last tensor", data_size_ - next);
  }

  // A bool other than 0 and 1 is undefined behaviour wherever it is used.
  void check_booleans(const Entry& e) const {
    if (std::any_of(data_ + e.begin, data_ + e.end, [](std::byte b) { return b > std::byte{1}; }))
      damaged("tensor {} has the type BOOL and values other than 0 and 1", quote_short(e.name));
  }

  std::filesystem::path path_;
  MappedFile file_;
  std::span<const std::byte> bytes_;
  const std::byte* data_ = nullptr;
  std::uint64_t data_size_ = 0;
};

// Padded with spaces, so that the tensors start at a multiple of 8 bytes.
std::string header_text(const std::filesystem::path& path, const NamedTensors& tensors,
                        const std::map<std::string, std::string>& metadata) try {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadata] = metadata;
  std::set<std::string_view> names{kMetadata};
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    if (!names.insert(name).second)
      throw_error<FileError>("{}: cannot be written: {} is the name of two tensors, or of the metadata", path.string(),
                             quote_short(name));
    const std::uint64_t size = static_cast<std::uint64_t>(tensor.numel()) * tensor.element_size();
    header.push_back({name,
                      {{"dtype", type_name(tensor.scalar_type(), name)},
                       {"shape", tensor.sizes().vec()},
                       {"data_offsets", {offset, offset + size}}}});
    offset += size;
  }
  std::string text = header.dump();  // not json_text(), which would change names that are not UTF-8
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
} catch (const nlohmann::json::exception&) {  // the only thing that dump() rejects
  throw_error<FileError>("{}: cannot be written: a name or a metadata text is not UTF-8", path.string());
}

}  // namespace

const at::Tensor& TensorFile::at(const std::string& name) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw_error<CheckpointError>("{}: tensor {} is missing", path.string(), name);
  return found->second;
}

void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::string header = header_text(path, tensors, metadata);
  const std::uint64_t length = header.size();
  AtomicFile file(path);
  file.write(&length, sizeof length);
  file.write(header);
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor plain = tensor.detach().cpu().contiguous();
    if (plain.numel() > 0) file.write(plain.data_ptr(), static_cast<std::size_t>(plain.numel()) * plain.element_size());
  }
  file.commit();
}

TensorFile read_safetensors(const std::filesystem::path& path) { return Reader(path).read(); }

}  // namespace prenorm::io
