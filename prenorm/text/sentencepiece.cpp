#include "prenorm/text/sentencepiece.h"

#include <dlfcn.h>

#include "prenorm/base/error.h"

namespace prenorm::text {
namespace {

constexpr const char* kPlugin = "libprenorm_sentencepiece.so";

const SentencePieceApi* load_plugin() {
  // RTLD_DEEPBIND: the plugin's libraries look up symbols in themselves first. Sanitizers do not support it, and need
  // it less: their builds of the command are for tests.
#if defined(__SANITIZE_ADDRESS__)
  constexpr int kMode = RTLD_NOW | RTLD_LOCAL;
#else
  constexpr int kMode = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif
  void* plugin = ::dlopen(kPlugin, kMode);
  if (plugin == nullptr)
    throw_error<FileError>("{}: cannot be loaded; install prenorm again ({})", kPlugin, ::dlerror());
  using Entry = const SentencePieceApi* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(plugin, "prenorm_sentencepiece_api"));
  if (entry == nullptr)
    throw_error<FileError>("{}: does not belong to this version of prenorm; install prenorm again", kPlugin);
  return entry();
}

}  // namespace

const SentencePieceApi& sentencepiece() {
  static const SentencePieceApi* api = load_plugin();
  return *api;
}

}  // namespace prenorm::text
