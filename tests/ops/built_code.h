// What the compiler made of kernels, read from a disassembly (`objdump -d -C --no-show-raw-insn`).
#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::testing {

// A kernel as built for one level of instructions (ops/cpu/dispatch.h).
struct BuiltKernel {
  std::string name;
  bool loops = false;        // vectorised by the compiler, not written with vectors
  std::string_view vectors;  // registers of the level: %ymm, %zmm
  // Instructions: floating-point arithmetic on those registers and on single numbers; multiplications of integers of 32
  // bits likewise (of 64 bits they compute addresses); and all that use those registers.
  int packed = 0, single = 0, packed_integer = 0, single_integer = 0, wide = 0;

  void count(std::string_view instruction, std::string_view operands);
  // What is wrong with the kernel; empty if nothing is.
  std::string fault() const;
};

std::vector<BuiltKernel> built_kernels(std::istream& disassembly);

}  // namespace prenorm::testing
