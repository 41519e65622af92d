#pragma once
#include "slim/core/begin.hpp"
// The two ways through a pooling layer: output by output, and (for gradients) scattering each output into its window.

#include "slim/core/room_for.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/geometry.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"

#include <cstring>
#include <type_traits>

namespace slim::kernel::inline SLIM_LEVEL {

/// The real cells of one window, and its output pixel counted over the batch.
struct pool_window {
  long image, top, bottom, left, right;
  long pixel;
  constexpr long cells() const { return (bottom - top) * (right - left); }
};

constexpr pool_window window_at(const pool_geometry& g, long image, long i, long j) {
  const long top = i * g.stride_height - g.pad_top, left = j * g.stride_width - g.pad_left;
  return {image,
          larger(top, 0),
          smaller(top + g.kernel_height, g.input_height),
          larger(left, 0),
          smaller(left + g.kernel_width, g.input_width),
          (image * g.output_height + i) * g.output_width + j};
}

/// Calls `visit(offset)` for each real cell of the window in row-major order, `offset` = its first channel in the input.
template <class Visit>
inline void for_each_cell(const pool_geometry& g, const pool_window& window, Visit&& visit) {
  const long row_size = static_cast<long>(g.input_width) * g.channels;
  long row = ((window.image * g.input_height + window.top) * g.input_width + window.left) * g.channels;
  for (long h = window.top; h < window.bottom; ++h, row += row_size) {
    long cell = row;
    for (long w = window.left; w < window.right; ++w, cell += g.channels) visit(cell);
  }
}

/// Arithmetic of one pass over all windows, for the decision to fork.
constexpr double pool_operations(const pool_geometry& g, long batch) {
  return static_cast<double>(batch * g.output_height * g.output_width) * g.channels * g.kernel_height * g.kernel_width;
}

/// Vectors of channels that are worked on together: their chains of operations run side by side, and the way through the window is gone once for all.
inline constexpr int pool_vectors = 4;

/// Forward: `compute(window, channel, lanes, vectors)` writes so many neighbouring vectors of channels of one output, a constant; the epilogue follows row by
/// row.
template <class T, class Compute>
void gather_windows(const pool_geometry& g, long batch, const epilogue<T>& after, int threads, const Compute& compute) {
  constexpr long wide = pool_vectors * simd::width<T>;
  const long rows = batch * g.output_height, whole = g.channels / wide * wide;
  parallel_for(rows, pool_operations(g, batch) / static_cast<double>(rows), threads, [&](long row) {
    for (long j = 0; j < g.output_width; ++j) {
      const pool_window window = window_at(g, row / g.output_height, row % g.output_height, j);
      for (long channel = 0; channel < whole; channel += wide) compute(window, channel, simd::width<T>, std::integral_constant<int, pool_vectors>{});
      simd::for_each_part<T>(g.channels - whole,
                             [&](long channel, simd::part<T> lanes) { compute(window, whole + channel, lanes, std::integral_constant<int, 1>{}); });
    }
    after(row * g.output_width, (row + 1) * g.output_width, 0, g.channels);
  });
}

/// y = finish(sum, window), where each cell is added by `add` to what begins as `start`.
template <class T, class Add, class Finish>
void fold_windows(const pool_geometry& g, long batch, const T* x, T* y, T start, const epilogue<T>& after, int threads, const Add& add, const Finish& finish) {
  gather_windows<T>(g, batch, after, threads, [&](const pool_window& window, long channel, auto lanes, auto vectors) SLIM_INLINED {
    constexpr int count = vectors;
    simd::batch<T> values[room_for(count)];
    for (simd::batch<T>& value : values) value = simd::broadcast(start);
    for_each_cell(g, window, [&](long cell) SLIM_INLINED {
#pragma GCC unroll 4
      for (int v = 0; v < count; ++v) values[v] = add(values[v], simd::load(x + cell + channel + v * simd::width<T>, lanes));
    });
#pragma GCC unroll 4
    for (int v = 0; v < count; ++v) simd::store(y + window.pixel * g.channels + channel + v * simd::width<T>, finish(values[v], window), lanes);
  });
}

/// Channels of one task when there are fewer images than threads.
inline constexpr long scatter_channels = 64;

/// True only when each cell belongs to exactly one window.
constexpr bool are_disjoint(const pool_geometry& g) {
  const auto along = [](int kernel, int stride, int pad, int outputs, int inputs) { return kernel == stride && pad == 0 && outputs * stride >= inputs; };
  return along(g.kernel_height, g.stride_height, g.pad_top, g.output_height, g.input_height) &&
         along(g.kernel_width, g.stride_width, g.pad_left, g.output_width, g.input_width);
}

/// The rows of one image's gradient, or of a slice of its channels, that windows are scattered into.
template <class T>
struct scattered_rows {
  const pool_geometry& g;
  const epilogue<T>& after;
  T* dx;
  long first_row, first, last;  // in dx; channels
  long prepared = 0, finished = 0;

  /// Zeros in the rows ahead of the windows.
  SLIM_ONE_COPY void prepare_to(long end) {
    const bool whole = last - first == g.channels;
    const long pieces = whole ? 1 : g.input_width, size = whole ? g.input_width * g.channels : last - first;
    for (; prepared < end; ++prepared)
      for (long w = 0; w < pieces; ++w)
        std::memset(dx + ((first_row + prepared) * g.input_width + w) * g.channels + first, 0, static_cast<std::size_t>(size) * sizeof(T));
  }
  SLIM_ONE_COPY void finish_to(long end) {
    if (end <= finished) return;
    after((first_row + finished) * g.input_width, (first_row + end) * g.input_width, first, last);
    finished = end;
  }
};

/// Gradient: `scatter(window, channel, lanes, put)` calls put(cell, share) for each cell of the window, which adds to dx; the epilogue follows as
/// soon as no later window can reach a row. One task per image, or per image and slice of channels.
template <class T, class Scatter>
void scatter_windows(const pool_geometry& g, long batch, T* dx, const epilogue<T>& after, int threads, Scatter&& scatter) {
  const long slice = batch < threads ? scatter_channels : g.channels, slices = parts_of(g.channels, slice), tasks = batch * slices;
  parallel_for(tasks, 2 * pool_operations(g, batch) / static_cast<double>(tasks), threads, [&](long task) {
    const long image = task / slices, first = task % slices * slice, last = smaller(first + slice, g.channels);
    scattered_rows<T> rows{g, after, dx, image * g.input_height, first, last};
    const bool disjoint = are_disjoint(g);  // each cell is then written once
    for (long i = 0; i < g.output_height; ++i) {
      if (!disjoint) rows.prepare_to(window_at(g, image, i, 0).bottom);
      for (long j = 0; j < g.output_width; ++j) {
        const pool_window window = window_at(g, image, i, j);
        simd::for_each_part<T>(last - first, [&](long channel, simd::part<T> lanes) {
          scatter(window, first + channel, lanes, [&](long cell, const simd::batch<T>& share) {
            T* const to = dx + cell + first + channel;
            simd::store(to, disjoint ? share : simd::load(to, lanes) + share, lanes);
          });
        });
      }
      rows.finish_to(smaller(window_at(g, image, i, 0).bottom, (i + 1) * g.stride_height - g.pad_top));
    }
    if (!disjoint) rows.prepare_to(g.input_height);
    rows.finish_to(g.input_height);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
