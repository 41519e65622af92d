#pragma once
#include "slim/core/begin.hpp"
// Depthwise convolution (tf.nn.depthwise_conv2d) and its gradients: each channel is convolved with `multiplier` kernels of its own, which is
// output channels / input channels of the geometry. Weights are [tap row][tap column][output channels]; output channel o belongs to input channel
// o / multiplier. Sums run over whole vectors of channels; a window has little arithmetic for the memory that it reads.

#include "slim/core/room_for.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/geometry.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"

#include <cstring>
#include <type_traits>

namespace slim::kernel::inline SLIM_LEVEL {

/// The taps of one axis that meet cells inside the image: evenly spaced, and so are the cells.
struct tap_range {
  long count = 0;
  long tap = 0, tap_step = 0;
  long cell = 0, cell_step = 0;
};

/// `cell_of(tap)` is the cell that a tap meets, negative for none.
template <class CellOf>
constexpr tap_range tap_range_of(long taps, CellOf cell_of) {
  tap_range range;
  for (long tap = 0; tap < taps; ++tap) {
    const long cell = cell_of(tap);
    if (cell < 0) continue;
    if (range.count == 0) range.tap = tap, range.cell = cell;
    if (range.count == 1) range.tap_step = tap - range.tap, range.cell_step = cell - range.cell;
    ++range.count;
  }
  return range;
}

/// The taps of output `output`, and the input cells they read.
constexpr tap_range taps_of_output(long output, long taps, long stride, long rate, long pad, long inputs) {
  return tap_range_of(taps, [&](long tap) {
    const long cell = output * stride - pad + tap * rate;
    return cell < inputs ? cell : -1;
  });
}
/// The taps by which outputs read input cell `input`, and those outputs.
constexpr tap_range taps_of_input(long input, long taps, long stride, long rate, long pad, long outputs) {
  return tap_range_of(taps, [&](long tap) {
    const long place = input + pad - tap * rate;
    if (stride == 1) return place >= 0 && place < outputs ? place : -1;
    return place >= 0 && place % stride == 0 && place / stride < outputs ? place / stride : -1;
  });
}

/// Calls `body(channel, count, vectors)` for stretches of `count` channels in so many vectors: several whole ones side by side, because one sum
/// would wait for the latency of each multiply-add; then single ones. `vectors` is a constant, and `count` too where a stretch is whole.
inline constexpr int depthwise_vectors = 4;
template <class T, int Wide = depthwise_vectors, class Body>
[[gnu::always_inline]] inline void for_each_wide_stretch(long channels, Body&& body) {
  constexpr long wide = Wide * simd::width<T>;
  const long whole = channels / wide * wide;
  for (long channel = 0; channel < whole; channel += wide) body(channel, std::integral_constant<long, simd::width<T>>{}, std::integral_constant<int, Wide>{});
  simd::for_each_stretch<T>(channels - whole, [&](long channel, auto count) { body(whole + channel, count, std::integral_constant<int, 1>{}); });
}

/// Neighbouring results that are summed together, where their windows are whole: each weight is loaded once for all of them. So many vectors of channels side
/// by side.
inline constexpr int depthwise_pixels = 4;
template <class T>
inline constexpr int depthwise_pixel_vectors = simd::registers<T> >= 32 ? 4 : 2;

/// The cells of one image that a window reads, and the weights of their taps.
template <class T>
struct tap_window {
  const T* cells;  // first cell, and distances of those of neighbouring rows and columns of taps
  long row_step, column_step;
  const T* weights;  // likewise
  long weights_row_step, weights_column_step;
  long rows, columns;

  tap_window(const tap_range& down, const tap_range& across, const T* image, long width, long cell_size, const T* all_weights, long kernel_width, long outputs)
      : cells(image + (down.cell * width + across.cell) * cell_size), row_step(down.cell_step * width * cell_size), column_step(across.cell_step * cell_size),
        weights(all_weights + (down.tap * kernel_width + across.tap) * outputs), weights_row_step(down.tap_step * kernel_width * outputs),
        weights_column_step(across.tap_step * outputs), rows(down.count), columns(across.count) {}

  /// sums[p · Vectors + v] = Σ over taps of load_cell(cell, v) · weights of channels from channel + v · width on, for `Pixels` results whose cells lie
  /// `distance` apart: they share the weights.
  template <int Vectors, int Pixels = 1, class Count, class LoadCell>
  [[gnu::always_inline]] void sum_over_taps(long channel, Count count, simd::batch<T>* sums, LoadCell load_cell, long distance = 0) const {
#pragma GCC unroll 16
    for (int i = 0; i < Pixels * Vectors; ++i) sums[i] = simd::broadcast(T{});
    for (long r = 0; r < rows; ++r)
      for (long s = 0; s < columns; ++s) {
        const T* const cell = cells + r * row_step + s * column_step;
        const T* const factors = weights + r * weights_row_step + s * weights_column_step + channel;
        simd::batch<T> factor[room_for(Vectors)];
#pragma GCC unroll 16
        for (int v = 0; v < Vectors; ++v) factor[v] = simd::load(factors + v * simd::width<T>, count);
#pragma GCC unroll 16
        for (int p = 0; p < Pixels; ++p)
#pragma GCC unroll 16
          for (int v = 0; v < Vectors; ++v) sums[p * Vectors + v] = simd::multiply_add(load_cell(cell + p * distance, v), factor[v], sums[p * Vectors + v]);
      }
  }

  /// The sums of `depthwise_pixels` neighbouring results of as many channels as cells have.
  void sum_pixels(long channels, long distance, T* to) const {
    for_each_wide_stretch<T, depthwise_pixel_vectors<T>>(channels, [&](long channel, auto count, auto vectors) {
      simd::batch<T> sums[room_for(depthwise_pixels * vectors)];
      sum_over_taps<vectors, depthwise_pixels>(
          channel, count, sums, [&](const T* cell, int v) { return simd::load(cell + channel + v * simd::width<T>, count); }, distance);
      for (int p = 0; p < depthwise_pixels; ++p)
        for (int v = 0; v < vectors; ++v) simd::store(to + p * channels + channel + v * simd::width<T>, sums[p * vectors + v], count);
    });
  }

  /// The same and those of the next row of results, `to_next` elements behind, where windows are three cells wide and at least two high, and neighbours lie
  /// one cell further right or down: each cell is loaded once for all six sums that it is part of, or three.
  void sum_pixels_of_two_rows(long channels, T* to, long to_next) const {
    simd::for_each_stretch<T>(channels, [&](long channel, auto count) {
      simd::batch<T> upper[depthwise_pixels], lower[depthwise_pixels];
#pragma GCC unroll 16
      for (int p = 0; p < depthwise_pixels; ++p) upper[p] = lower[p] = simd::broadcast(T{});
      const T* cell = cells + channel;
      const T* factor = weights + channel;
      const auto add = [&](auto to_upper, auto to_lower) SLIM_INLINED {
        simd::batch<T> values[depthwise_pixels + 2];
#pragma GCC unroll 16
        for (int p = 0; p < depthwise_pixels + 2; ++p) values[p] = simd::load(cell + p * column_step, count);
#pragma GCC unroll 16
        for (int p = 0; p < depthwise_pixels + 2; ++p) simd::pin(values[p]);
#pragma GCC unroll 3
        for (int s = 0; s < 3; ++s) {
          if constexpr (to_upper) {
            const simd::batch<T> one = simd::load(factor + s * weights_column_step, count);
#pragma GCC unroll 16
            for (int p = 0; p < depthwise_pixels; ++p) upper[p] = simd::multiply_add(values[p + s], one, upper[p]);
          }
          if constexpr (to_lower) {
            const simd::batch<T> one = simd::load(factor - weights_row_step + s * weights_column_step, count);
#pragma GCC unroll 16
            for (int p = 0; p < depthwise_pixels; ++p) lower[p] = simd::multiply_add(values[p + s], one, lower[p]);
          }
        }
        cell += row_step, factor += weights_row_step;
      };
      add(std::true_type{}, std::false_type{});
      for (long r = 1; r < rows; ++r) add(std::true_type{}, std::true_type{});
      add(std::false_type{}, std::true_type{});
      for (int p = 0; p < depthwise_pixels; ++p) {
        simd::store(to + p * channels + channel, upper[p], count);
        simd::store(to + to_next + p * channels + channel, lower[p], count);
      }
    });
  }
};

/// The input channels of output channels [channel, channel + Vectors · width).
template <class T, int Vectors>
struct repeated_channels {
  long place[Vectors * simd::width<T>];

  repeated_channels(long channel, long multiplier) {
    long input = channel / multiplier, kernel = channel % multiplier;
    for (long& one : place) {
      one = input;
      if (++kernel == multiplier) kernel = 0, ++input;
    }
  }
  /// Vector `v` of a cell as the outputs see it, its first `count` elements.
  simd::batch<T> load(const T* cell, int v, long count) const {
    alignas(64) T values[simd::width<T>]{};
    for (long i = 0; i < count; ++i) values[i] = cell[place[v * simd::width<T> + i]];
    return simd::load(values);
  }
};

/// The results of a row, from `first` to in front of `last`, whose windows lie inside the image.
struct whole_windows {
  long first, last;

  constexpr whole_windows(long outputs, long taps, long stride, long rate, long pad, long inputs)
      : first(smaller(parts_of(larger(pad, 0), stride), outputs)), last(larger(inputs - 1 + pad - (taps - 1) * rate, -stride) / stride + 1) {
    last = smaller(last, outputs);
  }
  /// Where `depthwise_pixels` of them begin that are worked on at `result`, which may be earlier so that they fit; −1 for none.
  constexpr long block_at(long result) const {
    if (result < first || result >= last || last - first < depthwise_pixels) return -1;
    return smaller(result, last - depthwise_pixels);
  }
};

/// Arithmetic of one row of output.
constexpr double depthwise_row_operations(const convolution_geometry& g) { return 2.0 * g.output_width * g.output_channels * g.kernel_height * g.kernel_width; }

/// y(i, j, o) = Σ over taps of x(cell, o / multiplier) · weights(tap, o), then the epilogue, piece by piece of one row or two.
template <class T>
void depthwise_convolution(const convolution_geometry& g, long batch, const T* x, const T* weights, T* y, const epilogue<T>& after, int threads) {
  const long multiplier = g.output_channels / g.input_channels;
  const whole_windows whole(g.output_width, g.kernel_width, g.stride_width, g.rate_width, g.pad_left, g.input_width);
  const bool neighbours =
      multiplier == 1 && g.kernel_height > 1 && g.kernel_width == 3 && g.stride_height == 1 && g.stride_width == 1 && g.rate_height == 1 && g.rate_width == 1;
  const long together = neighbours ? 2 : 1, tasks = parts_of(g.output_height, together);
  parallel_for(batch * tasks, depthwise_row_operations(g) * static_cast<double>(together), threads, [&](long task) {
    const T* const image = x + task / tasks * g.input_height * g.input_width * g.input_channels;
    const long first = task % tasks * together, last = smaller(first + together, g.output_height), first_row = task / tasks * g.output_height;
    const auto place = [&](long row, long column) { return y + ((first_row + row) * g.output_width + column) * g.output_channels; };
    tap_range down[2];
    for (long row = first; row < last; ++row)
      down[row - first] = taps_of_output(row, g.kernel_height, g.stride_height, g.rate_height, g.pad_top, g.input_height);
    const auto window_at = [&](long row, long column, bool is_whole) {
      const tap_range across = is_whole ? tap_range{g.kernel_width, 0, 1, column * g.stride_width - g.pad_left, g.rate_width}
                                        : taps_of_output(column, g.kernel_width, g.stride_width, g.rate_width, g.pad_left, g.input_width);
      return tap_window<T>(down[row - first], across, image, g.input_width, g.input_channels, weights, g.kernel_width, g.output_channels);
    };
    const bool both = last - first == 2 && first >= g.pad_top && first + 1 - g.pad_top + g.kernel_height <= g.input_height;
    for (long j = 0, finished = 0; j < g.output_width;) {
      const long block = multiplier == 1 ? whole.block_at(j) : -1, at = block >= 0 ? block : j;
      j = block >= 0 ? at + depthwise_pixels : at + 1;
      for (long row = first; row < last; ++row) {
        if (block >= 0 && both && row > first) continue;  // made with the row above
        const tap_window<T> window = window_at(row, at, block >= 0);
        T* const to = place(row, at);
        if (block >= 0) {
          if (both) window.sum_pixels_of_two_rows(g.output_channels, to, static_cast<long>(g.output_width) * g.output_channels);
          else window.sum_pixels(g.output_channels, g.stride_width * g.input_channels, to);
          continue;
        }
        for_each_wide_stretch<T>(g.output_channels, [&](long channel, auto count, auto vectors) {
          simd::batch<T> sums[vectors];
          if (multiplier == 1) {
            window.template sum_over_taps<vectors>(channel, count, sums,
                                                   [&](const T* cell, int v) { return simd::load(cell + channel + v * simd::width<T>, count); });
          } else {
            const repeated_channels<T, vectors> inputs(channel, multiplier);
            window.template sum_over_taps<vectors>(channel, count, sums, [&](const T* cell, int v) { return inputs.load(cell, v, count); });
          }
          for (int v = 0; v < vectors; ++v) simd::store(to + channel + v * simd::width<T>, sums[v], count);
        });
      }
      // The last block may begin in front of the one before it ends: so many results are not finished yet.
      const long done = j < g.output_width ? smaller(j, whole.last - depthwise_pixels) : j;
      if ((done - finished) * g.output_channels < epilogue_elements && j < g.output_width) continue;
      for (long row = first; row < last; ++row)
        after((first_row + row) * g.output_width + finished, (first_row + row) * g.output_width + done, 0, g.output_channels);
      finished = done;
    }
  });
}

/// dx(cell, c) = Σ over taps and the outputs o of channel c of dy(i, j, o) · weights(tap, o), then the epilogue, row by row.
template <class T>
void depthwise_convolution_data_gradient(const convolution_geometry& g, long batch, const T* dy, const T* weights, T* dx, const epilogue<T>& after,
                                         int threads) {
  const long multiplier = g.output_channels / g.input_channels;
  const double work = depthwise_row_operations(g) * g.output_height / g.input_height;
  parallel_for(batch * g.input_height, work, threads, [&](long row) {
    const T* const image = dy + row / g.input_height * g.output_height * g.output_width * g.output_channels;
    const tap_range down = taps_of_input(row % g.input_height, g.kernel_height, g.stride_height, g.rate_height, g.pad_top, g.output_height);
    for (long j = 0; j < g.input_width; ++j) {
      const tap_range across = taps_of_input(j, g.kernel_width, g.stride_width, g.rate_width, g.pad_left, g.output_width);
      const tap_window<T> window(down, across, image, g.output_width, g.output_channels, weights, g.kernel_width, g.output_channels);
      T* const to = dx + (row * g.input_width + j) * g.input_channels;
      if (multiplier > 1) std::memset(to, 0, static_cast<std::size_t>(g.input_channels) * sizeof(T));
      for_each_wide_stretch<T>(g.output_channels, [&](long channel, auto count, auto vectors) {
        simd::batch<T> sums[vectors];
        window.template sum_over_taps<vectors>(channel, count, sums,
                                               [&](const T* cell, int v) { return simd::load(cell + channel + v * simd::width<T>, count); });
        if (multiplier == 1) {
          for (int v = 0; v < vectors; ++v) simd::store(to + channel + v * simd::width<T>, sums[v], count);
          return;
        }
        const repeated_channels<T, vectors> inputs(channel, multiplier);
        for (int v = 0; v < vectors; ++v) {
          alignas(64) T parts[simd::width<T>];
          simd::store(parts, sums[v]);
          for (long i = 0; i < count; ++i) to[inputs.place[v * simd::width<T> + i]] += parts[i];
        }
      });
    }
    after(row * g.input_width, (row + 1) * g.input_width, 0, g.input_channels);
  });
}

/// Output channels of one task of the weights gradient, at most.
inline constexpr long depthwise_task_channels = 128;

/// dweights(tap, o) = Σ over images and pixels of x(cell, o / multiplier) · dy(i, j, o); overwrites dweights. Threads share out channels.
template <class T>
void depthwise_convolution_weights_gradient(const convolution_geometry& g, long batch, const T* x, const T* dy, T* dweights, int threads) {
  const long multiplier = g.output_channels / g.input_channels;
  constexpr long line = larger(64 / static_cast<long>(sizeof(T)), simd::width<T>);
  const long share = parts_of(parts_of(g.output_channels, larger(threads, 1)), line) * line;
  const long slice = smaller(smaller(depthwise_task_channels, share), g.output_channels);
  const long slices = parts_of(g.output_channels, slice);
  const double work = depthwise_row_operations(g) * g.output_height * static_cast<double>(batch) / static_cast<double>(slices);
  parallel_for(slices, work, threads, [&](long task) {
    const long first = task * slice, some = smaller(slice, g.output_channels - first);
    for (long tap = 0; tap < static_cast<long>(g.kernel_height) * g.kernel_width; ++tap)
      std::memset(dweights + tap * g.output_channels + first, 0, static_cast<std::size_t>(some) * sizeof(T));
    for (long row = 0; row < batch * g.output_height; ++row) {
      const T* const image = x + row / g.output_height * g.input_height * g.input_width * g.input_channels;
      const T* const slopes = dy + row * g.output_width * g.output_channels + first;
      const tap_range down = taps_of_output(row % g.output_height, g.kernel_height, g.stride_height, g.rate_height, g.pad_top, g.input_height);
      for (long r = 0; r < down.count; ++r)
        for (long s = 0; s < g.kernel_width; ++s) {
          const long offset = s * g.rate_width - g.pad_left;  // of the cell that output 0 reads
          const long begin = parts_of(larger(-offset, 0), g.stride_width);
          const long end = smaller(g.output_width, offset < g.input_width ? (g.input_width - 1 - offset) / g.stride_width + 1 : 0);
          const T* const cells = image + (down.cell + r * down.cell_step) * g.input_width * g.input_channels;
          T* const to = dweights + ((down.tap + r * down.tap_step) * g.kernel_width + s) * g.output_channels + first;
          for_each_wide_stretch<T>(some, [&](long channel, auto count, auto vectors) {
            simd::batch<T> sums[vectors];  // of one row: longer sums lose digits
            for (int v = 0; v < vectors; ++v) sums[v] = simd::broadcast(T{});
            const auto add = [&](auto load_cell) {
              for (long j = begin; j < end; ++j) {
                const T* const cell = cells + (j * g.stride_width + offset) * g.input_channels;
                const T* const slope = slopes + j * g.output_channels + channel;
                for (int v = 0; v < vectors; ++v) sums[v] = simd::multiply_add(load_cell(cell, v), simd::load(slope + v * simd::width<T>, count), sums[v]);
              }
            };
            if (multiplier == 1) {
              add([&](const T* cell, int v) { return simd::load(cell + first + channel + v * simd::width<T>, count); });
            } else {
              const repeated_channels<T, vectors> inputs(first + channel, multiplier);
              add([&](const T* cell, int v) { return inputs.load(cell, v, count); });
            }
            for (int v = 0; v < vectors; ++v) {
              T* const total = to + channel + v * simd::width<T>;
              simd::store(total, simd::load<T>(total, count) + sums[v], count);
            }
          });
        }
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
