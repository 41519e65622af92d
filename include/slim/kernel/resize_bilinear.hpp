#pragma once
#include "slim/core/begin.hpp"
// Images of another size by linear interpolation along both axes, and its gradient. Pixels lie at the centres of their cells (tf.image.resize, PyTorch's
// align_corners=False), or at the corners where cells begin (tf.compat.v1.image.resize_bilinear).

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

struct resize_geometry {
  int input_height, input_width, output_height, output_width, channels;
  bool half_pixel_centers = true;

  /// Arithmetic of one row of the result.
  constexpr double operations() const { return 8.0 * output_width * channels; }
};

/// The two cells that an element of the result lies between, and how much of it comes from the second.
struct resize_taps {
  long first, second;
  double part;

  constexpr double weight(long cell) const { return (cell == first ? 1 - part : 0) + (cell == second ? part : 0); }
};
constexpr resize_taps taps_of(long element, long input, long output, bool half_pixel_centers) {
  const double offset = half_pixel_centers ? 0.5 : 0.0;
  const double centre = (static_cast<double>(element) + offset) * static_cast<double>(input) / static_cast<double>(output) - offset;
  const double at = centre > 0 ? centre : 0;
  const long first = smaller(static_cast<long>(at), input - 1);
  return {first, smaller(first + 1, input - 1), at - static_cast<double>(first)};
}

/// The elements that read `cell`: [begin, end).
struct resize_range {
  long begin, end;
};
constexpr resize_range readers_of(long cell, long input, long output, bool half_pixel_centers) {
  const double scale = static_cast<double>(output) / static_cast<double>(input), offset = half_pixel_centers ? 0.5 : 0.0;
  long begin = larger(static_cast<long>((static_cast<double>(cell) - 1 + offset) * scale - offset) - 1, 0);
  while (begin < output && taps_of(begin, input, output, half_pixel_centers).second < cell) ++begin;
  long end = begin;
  while (end < output && taps_of(end, input, output, half_pixel_centers).first <= cell) ++end;
  return {begin, end};
}

template <class T>
void resize_bilinear(const resize_geometry& g, long batch, const T* x, T* y, const epilogue<T>& after, int threads) {
  const long from = static_cast<long>(g.input_width) * g.channels;
  parallel_for(batch * g.output_height, g.operations(), threads, [&](long row) {
    const resize_taps down = taps_of(row % g.output_height, g.input_height, g.output_height, g.half_pixel_centers);
    const T* const image = x + row / g.output_height * g.input_height * from;
    const auto lower = simd::broadcast(static_cast<T>(down.part));
    for (long j = 0; j < g.output_width; ++j) {
      const resize_taps across = taps_of(j, g.input_width, g.output_width, g.half_pixel_centers);
      const auto right = simd::broadcast(static_cast<T>(across.part));
      const T* const cells[] = {image + down.first * from + across.first * g.channels, image + down.first * from + across.second * g.channels,
                                image + down.second * from + across.first * g.channels, image + down.second * from + across.second * g.channels};
      simd::for_each_stretch<T>(g.channels, [&](long channel, long count) {
        const auto cell = [&](int k) { return simd::load(cells[k] + channel, count); };
        const auto top = cell(0) + (cell(1) - cell(0)) * right, bottom = cell(2) + (cell(3) - cell(2)) * right;
        simd::store(y + (row * g.output_width + j) * g.channels + channel, top + (bottom - top) * lower, count);
      });
    }
    after(row * g.output_width, (row + 1) * g.output_width, 0, g.channels);
  });
}

/// dx: each cell gathers from the elements that read it.
template <class T>
void resize_bilinear_gradient(const resize_geometry& g, long batch, const T* dy, T* dx, const epilogue<T>& after, int threads) {
  const double rows = static_cast<double>(g.input_height);
  parallel_for(batch * g.input_height, g.operations() * g.output_height / rows, threads, [&](long row) {
    const long i = row % g.input_height;
    const resize_range down = readers_of(i, g.input_height, g.output_height, g.half_pixel_centers);
    const T* const image = dy + row / g.input_height * g.output_height * g.output_width * g.channels;
    for (long j = 0; j < g.input_width; ++j) {
      const resize_range across = readers_of(j, g.input_width, g.output_width, g.half_pixel_centers);
      simd::for_each_stretch<T>(g.channels, [&](long channel, long count) {
        auto total = simd::broadcast(T{});
        for (long r = down.begin; r < down.end; ++r) {
          auto of_row = simd::broadcast(T{});
          for (long s = across.begin; s < across.end; ++s)
            of_row += simd::load(image + (r * g.output_width + s) * g.channels + channel, count) *
                      simd::broadcast(static_cast<T>(taps_of(s, g.input_width, g.output_width, g.half_pixel_centers).weight(j)));
          total += of_row * simd::broadcast(static_cast<T>(taps_of(r, g.input_height, g.output_height, g.half_pixel_centers).weight(i)));
        }
        simd::store(dx + (row * g.input_width + j) * g.channels + channel, total, count);
      });
    }
    after(row * g.input_width, (row + 1) * g.input_width, 0, g.channels);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
