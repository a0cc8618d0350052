// Random numbers as a function of their place, (seed, purpose, step, ...), not of what was drawn before. A run that is
// resumed, or that works in another order, draws the same numbers, and there is no state to save.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace prenorm {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that mixes all bits.
constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// One number from several: mix_key({seed, step, site}).
constexpr std::uint64_t mix_key(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t key = 0;
  for (const std::uint64_t part : parts) key = mix64(key + 0x9e3779b97f4a7c15ULL + mix64(part + 0x632be59bd9b4e019ULL));
  return key;
}

// FNV-1a of a name, for keys that come from names (parameters, dropout sites).
constexpr std::uint64_t name_key(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

// SplitMix64: a short random stream for one key.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t key) : state_(key) {}
  std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  // Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // Uniform in [0, bound) for bound > 0 (Lemire's multiply; its bias is below bound / 2^64).
  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t state_;
};

// Fisher-Yates; unlike std::shuffle the same on every standard library.
template <class Container>
void shuffle(Container& items, RandomStream& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace prenorm
