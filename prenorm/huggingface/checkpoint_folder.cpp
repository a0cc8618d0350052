#include "prenorm/huggingface/checkpoint_folder.h"

#include <ATen/ops/allclose.h>
#include <fmt/ranges.h>

#include <set>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/text.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/json_file.h"

namespace prenorm::huggingface {
namespace fs = std::filesystem;
namespace {

constexpr const char* kWeights = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

// In the order of files.
std::map<std::string, std::vector<std::string>> read_index(const fs::path& path) {
  const nlohmann::json index = read_json(path);
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (map == index.end() || !map->is_object())
    throw_error<CheckpointError>("{}: has no weight_map, the list of tensors and the files they are in", path.string());
  std::map<std::string, std::vector<std::string>> files;
  for (const auto& [tensor, file] : map->items()) {
    // Only a plain file name is accepted, which cannot lead elsewhere.
    if (!file.is_string() || fs::path(file.get<std::string>()).filename() != file.get<std::string>() ||
        file.get<std::string>().starts_with('.'))
      throw_error<CheckpointError>("{}: the file of tensor {} is not the name of a file in the same folder",
                                   path.string(), quote_short(tensor));
    files[file.get<std::string>()].push_back(tensor);
  }
  return files;
}

TensorsByName read_shards(const fs::path& folder) {
  TensorsByName tensors;
  for (const auto& [file, names] : read_index(folder / kIndex)) {
    io::TensorFile shard = io::read_safetensors(folder / file);
    for (const std::string& name : names) tensors[name] = shard.at(name);
  }
  return tensors;
}

std::set<std::string> known_names(const Layout& layout) {
  std::set<std::string> names;
  for (const TensorMap& map : layout.tensors) names.insert(map.theirs.begin(), map.theirs.end());
  for (const Constant& constant : layout.constants) names.insert(constant.theirs);
  for (const auto& [alias, name] : layout.aliases) names.insert(alias);
  return names;
}

std::string with_new_ending(std::string name) {
  for (const auto& [old_ending, ending] : {std::pair{".gamma", ".weight"}, {".beta", ".bias"}})
    if (name.ends_with(old_ending)) return name.replace(name.rfind('.'), std::string::npos, ending);
  return name;
}

// Buffers that models were saved with, and heads other than the requested one.
bool is_of_no_use(const Layout& layout, std::string_view name) {
  if (name.starts_with(layout.prefix)) name.remove_prefix(layout.prefix.size());
  return name.ends_with(".position_ids") || name.ends_with(".token_type_ids") || name.ends_with(".attn.bias") ||
         name.ends_with(".attn.masked_bias") || name.starts_with("pooler.") || name.starts_with("cls.") ||
         name.starts_with("lm_head.");
}

std::string shape_text(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

class Fitting {
 public:
  Fitting(const Layout& layout, TensorsByName tensors) : layout_(layout), tensors_(std::move(tensors)) {}

  FittedTensors run(const fs::path& folder) {
    find_foreign();
    resolve_aliases();
    for (const Constant& constant : layout_.constants) check(constant);
    for (const TensorMap& map : layout_.tensors) take(map);
    if (!problems_.empty())
      throw_error<CheckpointError>("{}: the tensors do not match its config.json: {}", folder.string(),
                                   fmt::join(problems_, "; "));
    return std::move(result_);
  }

 private:
  template <class... Args>
  void problem(fmt::format_string<Args...> format, Args&&... args) {
    problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void find_foreign() {
    const std::set<std::string> known = known_names(layout_);
    for (const auto& [name, tensor] : tensors_) {
      if (known.contains(name)) continue;
      if (is_of_no_use(layout_, name))
        result_.left_out.push_back(name);
      else
        problem("{} is not part of the model", quote_short(name));
    }
  }

  // Tied tensors may be stored under either name, or under both.
  void resolve_aliases() {
    for (const auto& [alias, name] : layout_.aliases) {
      const auto found = tensors_.find(alias);
      if (found == tensors_.end()) continue;
      const auto [canonical, is_new] = tensors_.emplace(name, found->second);
      if (!is_new && (canonical->second.sizes() != found->second.sizes() || !canonical->second.equal(found->second)))
        problem("{} is not the same as {}", alias, name);
    }
  }

  void check(const Constant& constant) {
    const auto found = tensors_.find(constant.theirs);
    if (found == tensors_.end() || !has_form(constant.theirs, found->second, constant.shape)) return;
    // Values computed by another program may be off by a rounding error of float16.
    if (!at::allclose(found->second.to(at::kFloat), constant.values(), 0, 1e-3))
      problem("{} has values that prenorm cannot use", constant.theirs);
  }

  bool has_form(const std::string& name, const at::Tensor& tensor, const std::vector<std::int64_t>& shape) {
    if (tensor.sizes() != shape)
      problem("{} is {}, expected {}", name, shape_text(tensor.sizes()), shape_text(shape));
    else if (!tensor.is_floating_point())
      problem("{} is of type {}, expected a floating-point type", name, c10::toString(tensor.scalar_type()));
    else
      return true;
    return false;
  }

  void take(const TensorMap& map) {
    std::vector<at::Tensor> parts;
    const std::vector<std::int64_t> shape = map.their_shape();
    for (const std::string& name : map.theirs) {
      const auto found = tensors_.find(name);
      if (found == tensors_.end())
        problem("{} is missing, expected {}", name, shape_text(shape));
      else if (has_form(name, found->second, shape))
        parts.push_back(found->second.to(at::kFloat));
    }
    if (parts.size() == map.theirs.size() && problems_.empty()) result_.ours.emplace_back(map.ours, map.to_ours(parts));
  }

  const Layout& layout_;
  TensorsByName tensors_;
  FittedTensors result_;
  std::vector<std::string> problems_;
};

}  // namespace

TensorsByName read_tensors(const fs::path& folder) {
  if (is_there(folder / kIndex)) return read_shards(folder);
  if (!is_there(folder / kWeights))
    throw_error<FileError>("{}: has no {}{}", folder.string(), kWeights,
                           is_there(folder / "pytorch_model.bin")
                               ? "; pytorch_model.bin is not read because it can run code, save it as safetensors"
                               : "");
  return io::read_safetensors(folder / kWeights).tensors;
}

TensorsByName by_known_names(const Layout& layout, const TensorsByName& tensors, const fs::path& folder) {
  const std::set<std::string> known = known_names(layout);
  TensorsByName result;
  for (const auto& [name, tensor] : tensors) {
    const std::string now = with_new_ending(name);
    const std::string& known_name = known.contains(now)                   ? now
                                    : known.contains(layout.prefix + now) ? layout.prefix + now
                                                                          : name;
    if (!result.emplace(known_name, tensor).second)
      throw_error<CheckpointError>("{}: {} occurs twice, under an old name and a new one", folder.string(), known_name);
  }
  return result;
}

FittedTensors fit(const Layout& layout, const TensorsByName& tensors, const fs::path& folder) {
  return Fitting(layout, tensors).run(folder);
}

}  // namespace prenorm::huggingface
