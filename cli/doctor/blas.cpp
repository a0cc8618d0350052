#include "cli/doctor/blas.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace prenorm::cli {
namespace {

constexpr std::string_view kInstall = "install the package libopenblas0-openmp, then configure and build prenorm again";

struct CloseLibrary {
  void operator()(void* handle) const { ::dlclose(handle); }
};
using Library = std::unique_ptr<void, CloseLibrary>;

template <class F>
F* function_in(const Library& library, const char* name) {
  return library ? reinterpret_cast<F*>(::dlsym(library.get(), name)) : nullptr;
}

BlasKind openblas_kind(int parallel) {
  // The values of openblas_get_parallel().
  switch (parallel) {
    case 0: return BlasKind::kOpenBlasSequential;
    case 1: return BlasKind::kOpenBlasThreads;
    default: return BlasKind::kOpenBlasOpenMp;
  }
}

std::string first_words(std::string_view text, int count) {
  std::size_t end = 0;
  for (int i = 0; i < count && end != std::string_view::npos; ++i) end = text.find(' ', end + (i > 0 ? 1 : 0));
  return std::string(text.substr(0, end));
}

}  // namespace

Blas blas_in_use() {
  // The same lookup as for LibTorch's own reference to sgemm_.
  void* const gemm = ::dlsym(RTLD_DEFAULT, "sgemm_");
  Dl_info info{};
  if (gemm == nullptr || ::dladdr(gemm, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code failed;
  const std::filesystem::path file = std::filesystem::canonical(info.dli_fname, failed);
  Blas blas;
  blas.library = failed ? info.dli_fname : file.string();
  const Library library(::dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD));
  if (auto* parallel = function_in<int()>(library, "openblas_get_parallel")) {
    blas.kind = openblas_kind(parallel());
    // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
    if (auto* text = function_in<char*()>(library, "openblas_get_config")) blas.version = first_words(text(), 2);
  } else if (function_in<void()>(library, "MKL_Get_Version") != nullptr) {
    blas.kind = BlasKind::kMkl;
  } else if (function_in<void()>(library, "bli_info_get_version_str") != nullptr) {
    blas.kind = BlasKind::kBlis;
  } else if (file.filename().string().starts_with("libblas.so")) {
    blas.kind = BlasKind::kReference;
  }
  return blas;
}

Check judge(const Blas& blas) {
  Check check{"BLAS", Verdict::kOk, "", "", {{"library", blas.library}, {"version", blas.version}}};
  const auto bad = [&](std::string_view advice) {
    check.verdict = Verdict::kWarning;
    check.advice = advice;
  };
  const std::string version = blas.version.empty() ? "OpenBLAS" : blas.version;
  std::string what;
  switch (blas.kind) {
    case BlasKind::kOpenBlasOpenMp: what = version + ", OpenMP build"; break;
    case BlasKind::kOpenBlasThreads:
      what = version + ", pthread build, whose threads compete with LibTorch's for the cores";
      bad(kInstall);
      break;
    case BlasKind::kOpenBlasSequential:
      what = version + ", built without threads: matrix products use one core";
      bad(kInstall);
      break;
    case BlasKind::kMkl: what = "Intel MKL"; break;
    case BlasKind::kBlis: what = "BLIS"; break;
    case BlasKind::kReference:
      what = "reference BLAS, which is many times slower than OpenBLAS";
      bad(kInstall);
      break;
    case BlasKind::kUnknown: what = blas.library.empty() ? "built into LibTorch" : "of an unknown kind"; break;
  }
  check.details["kind"] = what;
  check.finding = blas.library.empty() ? what : fmt::format("{} ({})", what, blas.library);
  return check;
}

}  // namespace prenorm::cli
