#include "ops/built_code.h"

#include <array>

namespace prenorm::testing {
namespace {

constexpr std::array<std::string_view, 5> kArithmetic = {"add", "sub", "mul", "div", "sqrt"};
constexpr std::array<std::string_view, 4> kFused = {"fmadd", "fmsub", "fnmadd", "fnmsub"};

bool is_arithmetic(std::string_view operation) {
  for (const std::string_view name : kArithmetic)
    if (operation == name) return true;
  for (const std::string_view name : kFused)
    if (operation.starts_with(name)) return true;
  return false;
}

bool names_32_bits(std::string_view operands) {
  for (const std::string_view name : {"%e", "%r8d", "%r9d", "%r10d", "%r11d", "%r12d", "%r13d", "%r14d", "%r15d"})
    if (operands.find(name) != std::string_view::npos) return true;
  return false;
}

// "vfmadd231ps" -> "fmadd231", "ps"
struct Parts {
  std::string_view operation, type;
};
Parts parts_of(std::string_view instruction) {
  if (instruction.starts_with('v')) instruction.remove_prefix(1);
  if (instruction.size() < 3) return {};
  return {instruction.substr(0, instruction.size() - 2), instruction.substr(instruction.size() - 2)};
}

// "000000000000 <NAME>:"
std::string_view function_begun_by(std::string_view line) {
  const std::size_t begin = line.find(" <");
  if (!line.ends_with(">:") || begin == std::string_view::npos) return {};
  return line.substr(begin + 2, line.size() - begin - 4);
}

}  // namespace

void BuiltKernel::count(std::string_view instruction, std::string_view operands) {
  const bool uses_vectors = operands.find(vectors) != std::string_view::npos;
  wide += uses_vectors;
  if (instruction == "imul") single_integer += names_32_bits(operands);
  if (instruction.starts_with("vpmul")) packed_integer += uses_vectors;
  const auto [operation, type] = parts_of(instruction);
  if (!is_arithmetic(operation)) return;
  packed += uses_vectors && (type == "ps" || type == "pd");
  single += type == "ss" || type == "sd";
}

std::string BuiltKernel::fault() const {
  if (packed == 0 && single > 0) return "computes one number at a time";
  if (loops && packed_integer == 0 && single_integer > 0) return "mixes the bits of its random numbers one at a time";
  if (wide == 0) return "uses no vectors of its level";
  return "";
}

std::vector<BuiltKernel> built_kernels(std::istream& disassembly) {
  std::vector<BuiltKernel> kernels;
  bool inside = false;
  for (std::string line; std::getline(disassembly, line);) {
    if (const std::string_view function = function_begun_by(line); !function.empty()) {
      const bool v4 = function.find("run_at_v4<") != std::string_view::npos;
      // What only throws is split off as a cold clone.
      const bool cold = function.find("[clone .cold]") != std::string_view::npos;
      inside = !cold && (v4 || function.find("run_at_v3<") != std::string_view::npos);
      if (inside)
        kernels.push_back({.name = std::string(function),
                           .loops = function.find("Loops<") != std::string_view::npos,
                           .vectors = v4 ? "%zmm" : "%ymm"});
      continue;
    }
    const std::size_t tab = inside ? line.find('\t') : std::string::npos;
    if (tab == std::string::npos) continue;
    const std::string_view text = std::string_view(line).substr(tab + 1), instruction = text.substr(0, text.find(' '));
    kernels.back().count(instruction, text.substr(instruction.size()));
  }
  return kernels;
}

}  // namespace prenorm::testing
