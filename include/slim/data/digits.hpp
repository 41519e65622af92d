#pragma once
#include "slim/core/begin.hpp"
// A generated data set of handwritten-looking digits, for demonstrations and tests without any file.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "slim/core/error.hpp"
#include "slim/data/digit_glyphs.hpp"
#include "slim/data/labelled_images.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data {

namespace detail {

inline constexpr int digit_side = 28;  // pixels

/// An affine map from the drawing sheet to pixels, and how the pen writes there.
struct handwriting {
  float xx, xy, yx, yy;  // linear part, after moving the centre of the sheet to the origin
  float centre_x, centre_y;
  float radius;  // half the thickness of the stroke in pixels

  pen place(pen p) const {
    const float x = p.x - 10, y = p.y - 14;
    return {centre_x + xx * x + xy * y, centre_y + yx * x + yy * y};
  }
};

inline handwriting random_handwriting(random_stream& random) {
  const float pixels_per_unit = 19.0f / 28.0f;
  const float width = pixels_per_unit * random.uniform(0.60f, 1.10f), height = pixels_per_unit * random.uniform(0.75f, 1.10f);
  const float angle = random.uniform(-0.30f, 0.30f), shear = random.uniform(-0.35f, 0.35f);
  const float cosine = std::cos(angle), sine = std::sin(angle);
  const float middle = (digit_side - 1) / 2.0f, shift = 3.0f;
  return {cosine * width,
          (cosine * shear - sine) * height,
          sine * width,
          (sine * shear + cosine) * height,
          middle + random.uniform(-shift, shift),
          middle + random.uniform(-shift, shift),
          random.uniform(0.5f, 1.6f)};
}

/// Inks the line from `a` to `b` with soft edges. Only the pixels around the line are visited.
inline void draw_line(float* image, pen a, pen b, float radius) {
  const float dx = b.x - a.x, dy = b.y - a.y;
  const float inverse_square = 1.0f / (dx * dx + dy * dy + 1e-6f), reach = radius + 0.5f;
  const auto clamp = [](float value) { return value < 0 ? 0 : value > digit_side - 1 ? digit_side - 1 : static_cast<int>(value); };
  const int left = clamp(std::fmin(a.x, b.x) - reach), right = clamp(std::fmax(a.x, b.x) + reach + 1);
  const int top = clamp(std::fmin(a.y, b.y) - reach), bottom = clamp(std::fmax(a.y, b.y) + reach + 1);
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const float px = static_cast<float>(x) - a.x, py = static_cast<float>(y) - a.y;
      float along = (px * dx + py * dy) * inverse_square;
      along = along < 0 ? 0 : along > 1 ? 1 : along;
      const float ex = px - along * dx, ey = py - along * dy;
      const float square = ex * ex + ey * ey;
      if (square >= reach * reach) continue;
      const float ink = reach - std::sqrt(square);
      float& pixel = image[y * digit_side + x];
      if (ink > pixel) pixel = ink < 1 ? ink : 1;
    }
  }
}

/// Catmull-Rom spline between `b` and `c`, at 0 <= t <= 1.
inline pen between(pen a, pen b, pen c, pen d, float t) {
  const auto one = [t](float p, float q, float r, float s) { return q + 0.5f * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p))); };
  return {one(a.x, b.x, c.x, d.x), one(a.y, b.y, c.y, d.y)};
}

/// Writes a glyph with a trembling hand.
inline void draw_glyph(float* image, const glyph& shape, const handwriting& hand, random_stream& random) {
  constexpr int longest_path = 32, pieces = 4;
  constexpr float tremble = 0.9f;  // standard deviation of each point, in units of the sheet
  pen points[longest_path];
  int count = 0;
  const auto draw_stroke = [&] {
    for (int i = 0; i + 1 < count; ++i) {
      const pen before = points[i > 0 ? i - 1 : 0], after = points[i + 2 < count ? i + 2 : count - 1];
      pen from = points[i];
      for (int piece = 1; piece <= pieces; ++piece) {
        const pen to = between(before, points[i], points[i + 1], after, static_cast<float>(piece) / pieces);
        draw_line(image, from, to, hand.radius);
        from = to;
      }
    }
    count = 0;
  };
  pen offset{0, 0};
  pen previous = lift;
  for (pen p : shape.path) {
    if (p.x < 0) {
      draw_stroke();
    } else {
      const bool corner = p.x == previous.x && p.y == previous.y;
      if (!corner) offset = {tremble * random.normal(), tremble * random.normal()};
      points[count++] = hand.place({p.x + offset.x, p.y + offset.y});
    }
    previous = p;
  }
  draw_stroke();
}

}  // namespace detail

/// `count` images of 28 x 28 x 1 with the digits 0, 1, ... 9, 0, ... in turn, values as after TF-Slim's lenet preprocessing
/// (ink towards 1, paper towards -1). Every image is written in one of three ways, with its own slant, size, place, thickness and
/// tremble, on spotted paper with a stray stroke. Image i depends on (seed, i) alone; different seeds give disjoint sets, e.g. for
/// training and test. Throws slim::error if count is not in 1 .. 1,000,000.
inline labelled_images digits(int count, std::uint64_t seed) {
  constexpr int largest_count = 1'000'000, side = detail::digit_side, size = side * side;
  if (count < 1 || count > largest_count) {
    throw error("digits: count: expected 1 .. " + std::to_string(largest_count) + ", found " + std::to_string(count) + "; choose a count in this range");
  }
  labelled_images result{count, side, side, 1, 10, {}, {}};
  result.images.resize(static_cast<std::size_t>(count) * size);
  result.labels.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    random_stream random(seed, 0, static_cast<std::uint64_t>(i));
    float* const image = result.images.data() + static_cast<std::size_t>(i) * size;
    const int digit = i % 10;
    result.labels[static_cast<std::size_t>(i)] = digit;
    const int variant = static_cast<int>(random.below(detail::glyphs_per_digit));
    const detail::handwriting hand = detail::random_handwriting(random);
    detail::draw_glyph(image, detail::glyphs[digit * detail::glyphs_per_digit + variant], hand, random);

    const float edge = side - 1;
    const detail::pen stray{random.uniform(0, edge), random.uniform(0, edge)};
    detail::draw_line(image, stray, {stray.x + 3 * random.normal(), stray.y + 3 * random.normal()}, 0.3f);

    const float ink = random.uniform(0.65f, 1.0f), spots = random.uniform(0.02f, 0.18f);
    for (int p = 0; p < size; ++p) {
      const float value = ink * image[p] + spots * random.normal();
      image[p] = lenet_grey(255.0f * (value < 0 ? 0 : value > 1 ? 1 : value));
    }
  }
  return result;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
