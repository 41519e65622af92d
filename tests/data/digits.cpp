#include "slim/data/digits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using slim::data::digits;

static_assert([] {  // the table is in the order that digits() relies on, and no path is longer than its buffer
  int expected = 0;
  for (const auto& glyph : slim::data::detail::glyphs) {
    if (glyph.digit != expected++ / slim::data::detail::glyphs_per_digit || glyph.path.size() > 32) return false;
    for (auto p : glyph.path)
      if (p.x > 20 || p.y > 28 || (p.x >= 0 && p.y < 0)) return false;
  }
  return expected == 10 * slim::data::detail::glyphs_per_digit;
}());

TEST_CASE("digits come in turn, in range, with ink") {
  const auto set = digits(200, 1);
  CHECK(set.count == 200);
  CHECK(set.image_size() == 28 * 28);
  CHECK(set.channels == 1);
  CHECK(set.classes == 10);
  REQUIRE(set.images.size() == 200 * 784);
  for (int i = 0; i < set.count; ++i) {
    CAPTURE(i);
    CHECK(set.labels[static_cast<std::size_t>(i)] == i % 10);
    float smallest = 1, largest = -1;
    int inked = 0;
    for (int p = 0; p < 784; ++p) {
      const float value = set.images[static_cast<std::size_t>(i * 784 + p)];
      smallest = std::fmin(smallest, value);
      largest = std::fmax(largest, value);
      inked += value > -0.2f;
    }
    CHECK(smallest >= -1.0f);
    CHECK(smallest < -0.9f);
    CHECK(largest > 0.0f);
    CHECK(largest <= 127.0f / 128.0f);
    CHECK(inked > 10);
    CHECK(inked < 400);
  }
}

TEST_CASE("an image is a function of seed and number") {
  const auto few = digits(20, 7), many = digits(60, 7), other = digits(20, 8);
  CHECK(few.images == std::vector<float>(many.images.begin(), many.images.begin() + 20 * 784));
  for (int i = 0; i < 20; ++i) {
    CAPTURE(i);
    float difference = 0;
    for (int p = 0; p < 784; ++p) {
      const std::size_t at = static_cast<std::size_t>(i * 784 + p);
      difference = std::fmax(difference, std::fabs(few.images[at] - other.images[at]));
    }
    CHECK(difference > 0.2f);
  }
}

namespace {

// Share of correct answers of a linear softmax classifier after `epochs` of plain gradient descent.
double linear_accuracy(const slim::data::labelled_images& train, const slim::data::labelled_images& test, int epochs) {
  const int size = train.image_size();
  std::vector<float> weights(static_cast<std::size_t>(size + 1) * 10);
  const auto scores = [&](const float* image, float* score) {
    for (int k = 0; k < 10; ++k) score[k] = weights[static_cast<std::size_t>(size * 10 + k)];
    for (int p = 0; p < size; ++p)
      for (int k = 0; k < 10; ++k) score[k] += image[p] * weights[static_cast<std::size_t>(p * 10 + k)];
  };
  float score[10];
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const float rate = 0.005f / static_cast<float>(1 + epoch);
    for (int i = 0; i < train.count; ++i) {
      const float* image = train.images.data() + static_cast<std::ptrdiff_t>(i) * size;
      scores(image, score);
      float largest = score[0], sum = 0;
      for (float s : score) largest = std::fmax(largest, s);
      for (float& s : score) sum += s = std::exp(s - largest);
      for (float& s : score) s /= sum;
      score[train.labels[static_cast<std::size_t>(i)]] -= 1;
      for (int p = 0; p < size; ++p)
        for (int k = 0; k < 10; ++k) weights[static_cast<std::size_t>(p * 10 + k)] -= rate * image[p] * score[k];
      for (int k = 0; k < 10; ++k) weights[static_cast<std::size_t>(size * 10 + k)] -= rate * score[k];
    }
  }
  int correct = 0;
  for (int i = 0; i < test.count; ++i) {
    scores(test.images.data() + static_cast<std::ptrdiff_t>(i) * size, score);
    int best = 0;
    for (int k = 1; k < 10; ++k) best = score[k] > score[best] ? k : best;
    correct += best == test.labels[static_cast<std::size_t>(i)];
  }
  return static_cast<double>(correct) / test.count;
}

}  // namespace

TEST_CASE("a linear classifier learns something but not enough") {
  const double accuracy = linear_accuracy(digits(4000, 1), digits(1000, 2), 4);
  CAPTURE(accuracy);
  CHECK(accuracy > 0.4);
  CHECK(accuracy < 0.93);
}

TEST_CASE("a count out of range is refused") {
  CHECK_THROWS_WITH_AS(digits(0, 1), "digits: count: expected 1 .. 1000000, found 0; choose a count in this range", slim::error);
  CHECK_THROWS_AS(digits(-5, 1), slim::error);
  CHECK_THROWS_AS(digits(1'000'001, 1), slim::error);
}
