// Safetensors: what is written reads back the same, and files from other tools read too.
#include "prenorm/io/safetensors.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "golden_file.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"

namespace prenorm::io {
namespace {

using test::TemporaryFolder;

TensorFile round_trip(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata = {}) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x.safetensors", tensors, metadata);
  return read_safetensors(folder / "x.safetensors");
}

bool same_bytes(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.contiguous(), y = b.contiguous();
  const std::size_t size = static_cast<std::size_t>(x.numel()) * x.element_size();
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         (size == 0 || std::memcmp(x.data_ptr(), y.data_ptr(), size) == 0);
}

TEST(Safetensors, EveryTypeAndShapeReadsBackBitwise) {
  const std::vector<std::vector<std::int64_t>> shapes{{}, {1}, {0}, {5}, {3, 0, 2}, {3, 4}, {2, 1, 3, 1}};
  NamedTensors tensors;
  for (const at::ScalarType type :
       {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kByte, at::kBool})
    for (const auto& shape : shapes) {
      const at::Tensor values = at::arange(at::empty(shape, at::kByte).numel(), at::kLong).view(shape);
      tensors.emplace_back(fmt::format("t{}", tensors.size()), values.to(type));
    }
  const TensorFile file = round_trip(tensors);
  EXPECT_EQ(file.tensors.size(), tensors.size());
  for (const auto& [name, tensor] : tensors)
    EXPECT_TRUE(same_bytes(file.at(name), tensor)) << name << tensor.toString();
}

TEST(Safetensors, SpecialValuesKeepTheirBits) {
  at::Tensor values = at::zeros({5}, at::kFloat);
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> special{-0.0F, infinity, -infinity, nan, std::numeric_limits<float>::denorm_min()};
  std::memcpy(values.data_ptr<float>(), special.data(), sizeof(float) * special.size());
  EXPECT_TRUE(same_bytes(round_trip({{"x", values}}).at("x"), values));
}

TEST(Safetensors, StridedTensorsAreWrittenInTheirOrder) {
  const at::Tensor x = at::arange(24, at::kFloat).view({4, 6});
  const at::Tensor column = x.select(1, 2), transposed = x.t(), expanded = x.narrow(0, 0, 1).expand({3, 6});
  const TensorFile file = round_trip({{"column", column}, {"transposed", transposed}, {"expanded", expanded}});
  EXPECT_TRUE(file.at("column").equal(column));
  EXPECT_TRUE(file.at("transposed").equal(transposed));
  EXPECT_TRUE(file.at("expanded").equal(expanded));
}

TEST(Safetensors, TensorsThatWantGradientsAreWritten) {
  const at::Tensor x = at::ones({3}, at::kFloat).requires_grad_(true);
  const at::Tensor read = round_trip({{"x", x}}).at("x");
  EXPECT_TRUE(read.equal(x));
  EXPECT_FALSE(read.requires_grad());
}

TEST(Safetensors, MetadataAndNamesOfAnyTextReadBack) {
  const std::map<std::string, std::string> metadata{
      {"", "empty"}, {"line\nbreak", "\"quoted\"\t\\"}, {"größe", "大きさ"}};
  const TensorFile file = round_trip({{"größe \"x\"\n", at::ones({2})}, {"", at::zeros({1})}}, metadata);
  EXPECT_EQ(file.metadata, metadata);
  EXPECT_TRUE(file.at("größe \"x\"\n").equal(at::ones({2})));
  EXPECT_TRUE(file.at("").equal(at::zeros({1})));
}

TEST(Safetensors, NoTensorsAreAFileToo) {
  const TensorFile file = round_trip({});
  EXPECT_TRUE(file.tensors.empty());
  EXPECT_TRUE(file.metadata.empty());
}

TEST(Safetensors, ManyTensorsReadBack) {
  NamedTensors tensors;
  for (int i = 0; i < 1000; ++i) tensors.emplace_back(fmt::format("layer.{}", i), at::zeros({i % 7}).fill_(i));
  const TensorFile file = round_trip(tensors);
  for (const auto& [name, tensor] : tensors) EXPECT_TRUE(file.at(name).equal(tensor)) << name;
}

// The format, byte by byte: what another tool relies on.
TEST(Safetensors, LayoutFollowsTheFormat) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", {{"a", at::zeros({2, 3}, at::kBFloat16)}, {"b", at::arange(2, at::kInt)}},
                    {{"k", "v"}});
  const std::string content = read_file(folder / "x");
  std::uint64_t length = 0;
  std::memcpy(&length, content.data(), sizeof length);
  EXPECT_EQ(length % 8, 0U);
  const auto header = nlohmann::json::parse(content.substr(8, length));
  EXPECT_EQ(header, nlohmann::json::parse(R"({"__metadata__": {"k": "v"},
      "a": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]},
      "b": {"dtype": "I32", "shape": [2], "data_offsets": [12, 20]}})"));
  EXPECT_EQ(content.substr(8 + length), std::string(16, '\0') + std::string("\1\0\0\0", 4));
}

TEST(Safetensors, FilesWrittenByPythonRead) {
  const TensorFile file = prenorm::testing::golden("optimizers");
  EXPECT_EQ(file.metadata.at("beta2"), "0.98");
  EXPECT_EQ(file.at("gradients").sizes(), (std::vector<std::int64_t>{20, 37}));
  EXPECT_EQ(file.at("gradients").scalar_type(), at::kDouble);
  EXPECT_EQ(file.at("gradients").narrow(0, 0, 3).select(1, 0).abs().max().item<double>(), 0);
  const TensorFile scalars = prenorm::testing::golden("operators");
  EXPECT_EQ(scalars.at("attention.causal.causal").sizes(), std::vector<std::int64_t>{});
  EXPECT_EQ(scalars.at("attention.causal.causal").item<std::int64_t>(), 1);
}

TEST(Safetensors, MissingTensorIsNamedWithItsFile) {
  const TensorFile file = prenorm::testing::golden("optimizers");
  try {
    file.at("no.such");
    FAIL();
  } catch (const CheckpointError& e) {
    EXPECT_NE(std::string(e.what()).find("optimizers.safetensors"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("no.such"), std::string::npos);
  }
}

// What cannot be written is refused, and what stood under the name before stays.
TEST(Safetensors, RefusedTensorsLeaveTheOldFile) {
  const TemporaryFolder folder;
  const auto path = folder / "x";
  write_safetensors(path, {{"a", at::ones({2})}});
  const at::Tensor x = at::zeros({2});
  const std::vector<NamedTensors> refused{
      {{"a", x}, {"c", x.to(at::kComplexFloat)}}, {{"a", x}, {"b", x}, {"a", x}}, {{"__metadata__", x}}, {{"\xff", x}}};
  for (const NamedTensors& tensors : refused) EXPECT_THROW(write_safetensors(path, tensors), FileError);
  EXPECT_THROW(write_safetensors(path, {{"a", x}}, {{"key", "\xc3"}}), FileError);
  EXPECT_TRUE(read_safetensors(path).at("a").equal(at::ones({2})));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"x"});
}

TEST(Safetensors, ReplacesTheOldFileAtOnce) {
  const TemporaryFolder folder;
  const auto path = folder / "x";
  write_safetensors(path, {{"a", at::ones({2})}});
  const MappedFile old(path);
  const std::string before(reinterpret_cast<const char*>(old.bytes().data()), old.bytes().size());
  write_safetensors(path, {{"a", at::zeros({300'000})}});
  // Whoever had the old file open keeps it whole: the new one is another file under the same name.
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(old.bytes().data()), old.bytes().size()), before);
  EXPECT_TRUE(read_safetensors(path).at("a").equal(at::zeros({300'000})));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"x"});
}

TEST(Safetensors, PlacesThatCannotBeWrittenAreFileErrors) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "text");
  EXPECT_THROW(write_safetensors(folder.path() / "file" / "x", {{"a", at::ones({2})}}), FileError);
  EXPECT_THROW(write_safetensors(folder.path(), {{"a", at::ones({2})}}), FileError);
}

}  // namespace
}  // namespace prenorm::io
