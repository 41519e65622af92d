#pragma once
#include "slim/core/begin.hpp"
// Random numbers that are a pure function of (seed, stream, position): the same on every machine and at any thread count.

#include <cmath>
#include <cstdint>

#include "slim/core/config.hpp"

namespace slim {

/// Four random words of the generator Philox4x32-10.
struct philox_block {
  std::uint32_t words[4];
};

/// Block number `index` of the stream `stream` under the key `seed`. No state: any block can be computed first.
/// Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (2011), section 4; the generator of
/// TensorFlow and of cuRAND.
SLIM_ONE_COPY constexpr philox_block philox(std::uint64_t seed, std::uint64_t index, std::uint64_t stream = 0) {
  constexpr auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  constexpr auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  std::uint32_t a = low(index), b = high(index), c = low(stream), d = high(stream);
  std::uint32_t key_a = low(seed), key_b = high(seed);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_a = 0xD2511F53ull * a, product_c = 0xCD9E8D57ull * c;
    a = high(product_c) ^ b ^ key_a, b = low(product_c);
    c = high(product_a) ^ d ^ key_b, d = low(product_a);
    key_a += 0x9E3779B9u, key_b += 0xBB67AE85u;  // Weyl sequence of the golden ratio and of sqrt(3) - 1
  }
  return {{a, b, c, d}};
}

/// The standard normal value below which the share (word + 1/2) / 2^32 of all values lies; |result| < 6.4.
/// Inverse error function by Giles, "Approximating the erfinv function" (GPU Computing Gems 2, 2010), single precision:
/// relative error below 1e-6.
inline float normal_quantile(double share) {
  const float x = static_cast<float>(2.0 * share - 1.0);
  float w = -static_cast<float>(std::log(4.0 * share * (1.0 - share)));  // -log(1 - x^2) without cancellation in the tails
  float p;
  if (w < 5.0f) {
    w -= 2.5f;
    p = 2.81022636e-08f;
    p = 3.43273939e-07f + p * w;
    p = -3.5233877e-06f + p * w;
    p = -4.39150654e-06f + p * w;
    p = 0.00021858087f + p * w;
    p = -0.00125372503f + p * w;
    p = -0.00417768164f + p * w;
    p = 0.246640727f + p * w;
    p = 1.50140941f + p * w;
  } else {
    w = std::sqrt(w) - 3.0f;
    p = -0.000200214257f;
    p = 0.000100950558f + p * w;
    p = 0.00134934322f + p * w;
    p = -0.00367342844f + p * w;
    p = 0.00573950773f + p * w;
    p = -0.0076224613f + p * w;
    p = 0.00943887047f + p * w;
    p = 1.00167406f + p * w;
    p = 2.83297682f + p * w;
  }
  return 1.41421356f * p * x;
}

/// A sequence of random numbers. Each draw except `below` uses exactly one 32-bit word, so draw number n of a stream is
/// obtained directly by starting at position n: work can be split over threads at any place.
class random_stream {
public:
  /// Starts after `counter` words. Streams of one seed are independent of each other: one per variable, layer or epoch.
  constexpr explicit random_stream(std::uint64_t seed = 0, std::uint64_t counter = 0, std::uint64_t stream = 0) : key(seed), used(counter), number(stream) {}

  constexpr std::uint64_t seed() const { return key; }
  constexpr std::uint64_t counter() const { return used; }
  constexpr std::uint64_t stream() const { return number; }

  constexpr std::uint32_t next_uint32() {
    const std::uint64_t index = used / 4;
    if (index != block_index) block = philox(key, block_index = index, number);
    return block.words[used++ % 4];
  }

  /// Uniform in [0, 1), a multiple of 2^-24.
  constexpr float uniform() { return static_cast<float>(next_uint32() >> 8) * 0x1p-24f; }
  constexpr float uniform(float low, float high) { return low + (high - low) * uniform(); }

  /// Normal with mean 0 and standard deviation 1.
  float normal() { return normal(false); }

  /// Standard normal under the condition |value| < 2: the distribution of TensorFlow's truncated_normal, which redraws what
  /// falls outside; here the distribution function is inverted, so that the number of words is fixed. Standard deviation 0.8796.
  float truncated_normal() { return normal(true); }
  /// One or the other.
  float normal(bool truncated) {
    const double below = truncated ? 0.022750131948179207 : 0;  // the share of a normal distribution below −2
    return normal_quantile(below + (1.0 - 2.0 * below) * share());
  }

  /// Uniform in 0 .. count - 1 without bias; count must be positive. Uses one word, rarely more.
  /// Lemire, "Fast random integer generation in an interval" (2019).
  constexpr std::uint32_t below(std::uint32_t count) {
    const std::uint32_t unfair = (0u - count) % count;
    std::uint64_t product = 0;
    do product = static_cast<std::uint64_t>(next_uint32()) * count;
    while (static_cast<std::uint32_t>(product) < unfair);
    return static_cast<std::uint32_t>(product >> 32);
  }

private:
  constexpr double share() { return (next_uint32() + 0.5) * 0x1p-32; }

  std::uint64_t key, used, number;
  std::uint64_t block_index = ~std::uint64_t{0};  // of the block computed last
  philox_block block{};
};

}  // namespace slim

#include "slim/core/end.hpp"
