#include "slim/tensor/random.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using slim::philox;
using slim::random_stream;

namespace {

constexpr bool equal(slim::philox_block block, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return block.words[0] == a && block.words[1] == b && block.words[2] == c && block.words[3] == d;
}

// The known answers published with the generator (Random123, kat_vectors, philox4x32 10).
static_assert(equal(philox(0, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
static_assert(equal(philox(~0ull, ~0ull, ~0ull), 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
static_assert(equal(philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e),  //
                    0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));

// A stream reads the blocks word by word and can be entered anywhere.
static_assert([] {
  random_stream from_start(7, 0, 3), from_sixth(7, 6, 3);
  for (int i = 0; i < 6; ++i) from_start.next_uint32();
  for (int i = 0; i < 20; ++i)
    if (from_start.next_uint32() != from_sixth.next_uint32()) return false;
  return from_start.counter() == 26 && random_stream(7, 5, 3).next_uint32() == philox(7, 1, 3).words[1];
}());

struct moments {
  double mean = 0, variance = 0, skewness = 0, kurtosis = 0;
};

moments moments_of(const std::vector<float>& values) {
  moments m;
  const double count = static_cast<double>(values.size());
  for (float value : values) m.mean += value / count;
  for (float value : values) {
    const double difference = value - m.mean;
    m.variance += difference * difference / count;
    m.skewness += difference * difference * difference / count;
    m.kurtosis += difference * difference * difference * difference / count;
  }
  m.skewness /= std::pow(m.variance, 1.5);
  m.kurtosis /= m.variance * m.variance;
  return m;
}

constexpr int draws = 1 << 20;  // standard error of a mean of unit variance: 0.001

template <class Draw>
std::vector<float> sample(Draw draw) {
  std::vector<float> values(draws);
  for (float& value : values) value = draw();
  return values;
}

// Chi-square statistic of `counts` against equal expectation; its mean is cells - 1, its variance 2 (cells - 1).
double chi_square(const std::vector<int>& counts, double total) {
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

}  // namespace

TEST_CASE("uniform numbers fill [0, 1) evenly, also in pairs") {
  random_stream stream(1);
  std::vector<int> cells(256), pairs(256);
  float smallest = 1, largest = 0, previous = stream.uniform();
  for (int i = 0; i < draws; ++i) {
    const float value = stream.uniform();
    smallest = value < smallest ? value : smallest;
    largest = value > largest ? value : largest;
    ++cells[static_cast<std::size_t>(value * 256)];
    ++pairs[static_cast<std::size_t>(static_cast<int>(previous * 16) * 16 + static_cast<int>(value * 16))];
    previous = value;
  }
  CHECK(smallest >= 0.0f);
  CHECK(smallest < 1e-5f);
  CHECK(largest < 1.0f);
  CHECK(largest > 0.99999f);
  CHECK(std::abs(chi_square(cells, draws) - 255) < 4 * std::sqrt(2 * 255.0));
  CHECK(std::abs(chi_square(pairs, draws) - 255) < 4 * std::sqrt(2 * 255.0));
}

TEST_CASE("every bit of a word is fair and neighbouring seeds and streams are unrelated") {
  random_stream first(1), second_seed(2), second_stream(1, 0, 1);
  int ones[32]{}, equal_to_seed[32]{}, equal_to_stream[32]{};
  for (int i = 0; i < draws; ++i) {
    const std::uint32_t word = first.next_uint32();
    const std::uint32_t by_seed = ~(word ^ second_seed.next_uint32()), by_stream = ~(word ^ second_stream.next_uint32());
    for (int bit = 0; bit < 32; ++bit) {
      ones[bit] += word >> bit & 1;
      equal_to_seed[bit] += by_seed >> bit & 1;
      equal_to_stream[bit] += by_stream >> bit & 1;
    }
  }
  const double allowed = 4.5 * std::sqrt(draws * 0.25);
  for (int bit = 0; bit < 32; ++bit) {
    CHECK(std::abs(ones[bit] - draws / 2) < allowed);
    CHECK(std::abs(equal_to_seed[bit] - draws / 2) < allowed);
    CHECK(std::abs(equal_to_stream[bit] - draws / 2) < allowed);
  }
}

TEST_CASE("the quantile function inverts the normal distribution function") {
  for (double share = 1e-9; share < 0.5; share *= 1.5) {
    CAPTURE(share);
    const double value = slim::normal_quantile(share);
    CHECK(0.5 * std::erfc(-value / std::sqrt(2.0)) == doctest::Approx(share).epsilon(2e-5));
    CHECK(slim::normal_quantile(1.0 - share) == doctest::Approx(-value).epsilon(1e-6));
  }
  CHECK(slim::normal_quantile(0.5) == 0.0f);
}

TEST_CASE("normal numbers have the moments and tails of the normal distribution") {
  random_stream stream(3);
  const auto values = sample([&] { return stream.normal(); });
  CHECK(stream.counter() == draws);
  const moments m = moments_of(values);
  CHECK(m.mean == doctest::Approx(0).epsilon(0.004));
  CHECK(m.variance == doctest::Approx(1).epsilon(0.006));
  CHECK(std::abs(m.skewness) < 0.01);
  CHECK(m.kurtosis == doctest::Approx(3).epsilon(0.01));
  int beyond_three = 0;
  for (float value : values) beyond_three += std::abs(value) > 3.0f;
  CHECK(beyond_three == doctest::Approx(0.0026998 * draws).epsilon(0.08));
}

TEST_CASE("truncated normal numbers stay within two standard deviations") {
  random_stream stream(4);
  const auto values = sample([&] { return stream.truncated_normal(); });
  float largest = 0;
  for (float value : values) largest = std::abs(value) > largest ? std::abs(value) : largest;
  CHECK(largest <= 2.0f);
  CHECK(largest > 1.999f);
  const moments m = moments_of(values);
  CHECK(m.mean == doctest::Approx(0).epsilon(0.004));
  CHECK(std::sqrt(m.variance) == doctest::Approx(0.87962566).epsilon(0.003));
}

TEST_CASE("below is unbiased and reaches every value") {
  random_stream stream(5);
  std::vector<int> counts(10);
  for (int i = 0; i < draws; ++i) ++counts[stream.below(10)];
  CHECK(chi_square(counts, draws) < 27.9);  // the 0.1 % point for 9 degrees of freedom
  for (int i = 0; i < 100; ++i) CHECK(stream.below(1) == 0);
  // Two thirds of 2^32: without the rejection the lower half of the range would come up twice as often.
  int lower = 0;
  for (int i = 0; i < draws; ++i) lower += stream.below(0xAAAAAAABu) < 0x55555555u;
  CHECK(std::abs(lower - draws / 2) < 4.5 * std::sqrt(draws * 0.25));
}
