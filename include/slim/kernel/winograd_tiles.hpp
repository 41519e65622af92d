#pragma once
#include "slim/core/begin.hpp"
// How Winograd's algorithm lays a convolution of stride 1 out: tiles of results, and for each frequency, a cell of the transformed tile, one
// matrix of sources, one of weights, one of products. Also the ways between images and those matrices.

#include "slim/core/config.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/geometry.hpp"
#include "slim/kernel/panel.hpp"
#include "slim/kernel/winograd_transform.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// A convolution of stride 1: result(i, j) reads source(i − pad_top + r, j − pad_left + s).
struct winograd_plane {
  long source_height, source_width, source_channels;
  long result_height, result_width, result_channels;
  long pad_top, pad_left;
};

constexpr winograd_plane forward_plane(const convolution_geometry& g) {
  return {g.input_height, g.input_width, g.input_channels, g.output_height, g.output_width, g.output_channels, g.pad_top, g.pad_left};
}
/// The data gradient is a convolution of the result's gradient by the weights turned around.
constexpr winograd_plane data_gradient_plane(const convolution_geometry& g) {
  return {g.output_height,
          g.output_width,
          g.output_channels,
          g.input_height,
          g.input_width,
          g.input_channels,
          g.kernel_height - 1 - g.pad_top,
          g.kernel_width - 1 - g.pad_left};
}

/// Elements of one cache line: channels are transformed line by line.
template <class T>
inline constexpr long line_elements = larger(64 / static_cast<long>(sizeof(T)), simd::width<T>);

/// Sizes and places of the matrices of one plane. `tiles` is the number of tiles that are worked on at once.
template <class T, class Transform>
struct winograd_layout {
  static constexpr int inputs = Transform::inputs;
  static constexpr long frequencies = static_cast<long>(inputs) * inputs;
  static constexpr long line = line_elements<T>, panel = tile_columns<T>;

  long source_channels, result_channels, tiles;
  long group = tile_rows;  // tiles whose sources lie together: those of a register tile, or all where products run over tiles

  constexpr long lines() const { return parts_of(source_channels, line); }
  constexpr long panels() const { return parts_of(result_channels, panel); }
  // Distances between frequencies, which are odd numbers of lines: 36 streams then spread over the cache.
  static constexpr long odd(long elements) { return (elements / line | 1) * line; }
  constexpr long source_stride() const { return odd(parts_of(tiles, group) * group * lines() * line); }  // [group of tiles][line of channels][tile][line]
  constexpr long result_stride() const { return odd(parts_of(panels() * tiles * panel, line) * line); }  // [panel][tile][panel]
  constexpr long weights_stride() const { return odd(parts_of(panels() * padded_channels() * panel, line) * line); }  // [panel][channel][panel]
  /// Source channels in rows of full register tiles.
  constexpr long padded_channels() const { return parts_of(source_channels, tile_rows) * tile_rows; }

  constexpr long source_elements() const { return frequencies * source_stride(); }
  constexpr long result_elements() const { return frequencies * result_stride(); }
  constexpr long weights_elements() const { return frequencies * weights_stride(); }

  /// Places within a frequency's sources: products read one group of tiles from end to end.
  constexpr long channel_place(long c) const { return c / line * group * line + c % line; }
  constexpr long tile_place(long t) const { return t / group * group * lines() * line + t % group * line; }
};

/// Where a tile is: counted along rows, then images.
struct tile_position {
  long image, row, column;  // of the first result
};

template <class Transform>
struct tile_grid {
  winograd_plane plane;
  constexpr long across() const { return parts_of(plane.result_width, Transform::outputs); }
  constexpr long down() const { return parts_of(plane.result_height, Transform::outputs); }
  constexpr long per_image() const { return across() * down(); }
  constexpr tile_position at(long tile) const {
    return {tile / per_image(), tile % per_image() / across() * Transform::outputs, tile % across() * Transform::outputs};
  }
};

/// A square of pixels, `Size` to a side, of one line of channels, read without regard to borders: the image itself, or a copy with zeros
/// where it ends.
template <class T, int Size>
struct pixel_square {
  const T* data;
  long row_stride, cell_stride;
  static constexpr long copy_elements = static_cast<long>(Size) * Size * line_elements<T>;

  pixel_square(const T* image, long height, long width, long channels, long row, long column, long channel, T* const copy) {
    constexpr long line = line_elements<T>;
    if (row >= 0 && column >= 0 && row + Size <= height && column + Size <= width && channel + line <= channels) {
      data = image + (row * width + column) * channels + channel;
      row_stride = width * channels, cell_stride = channels;
      return;
    }
    T* copy_row = copy;
    const long some = smaller(line, channels - channel);
    const long left = smaller(larger(-column, 0), Size), right = larger(smaller(width - column, Size), left);
    for (long r = 0; r < Size; ++r, copy_row += Size * line) {
      const bool inside = row + r >= 0 && row + r < height;
      const long first = inside ? left : Size, last = inside ? right : Size;
      const T* from = image + ((row + r) * width + column + first) * channels + channel;
      std::memset(copy_row, 0, static_cast<std::size_t>(first * line) * sizeof(T));
      std::memset(copy_row + last * line, 0, static_cast<std::size_t>((Size - last) * line) * sizeof(T));
      for (T* to = copy_row + first * line; to != copy_row + last * line; to += line, from += channels)
        for (long v = 0; v < line; v += simd::width<T>)
          simd::store(to + v, some == line ? simd::load(from + v) : v < some ? simd::load(from + v, smaller(some - v, simd::width<T>)) : simd::broadcast(T{}));
    }
    data = copy, row_stride = Size * line, cell_stride = line;
  }
};

/// Evenly spaced places, visited in order. The address is made in steps: compilers otherwise work all of a tile's addresses out in advance and
/// fetch each from the stack.
template <class T>
struct places_in_order {
  T* at;
  long distance;

  [[gnu::always_inline]] T* next() {
    T* const here = at;
    at += distance;
    simd::pin(at);
    return here;
  }
};

/// Reads a square of pixels column by column, as transform_tile asks for them.
template <class T>
struct columns_in_order {
  places_in_order<const T> columns;
  long row_stride;
  const T* column = nullptr;

  [[gnu::always_inline]] simd::batch<T> operator()(int r, int) {
    if (r == 0) column = columns.next();
    return simd::load(column + r * row_stride);
  }
};

// A tile's frequencies are numbered row by row; where they are read they are taken for columns, in the same order, which transposes the tile:
// its results then come out column by column.

// The transforms below are not inlined: each is a page of straight-line code that several loops call.

/// Bᵀ d B of tiles [first, last) for one line of source channels, to the line's place `sources` in a layout's source matrices.
template <class T, class Transform>
SLIM_ONE_COPY void transform_sources(const winograd_layout<T, Transform>& layout, const tile_grid<Transform>& grid, const T* source, long line_index,
                                     long first, long last, T* sources) {
  using vector = simd::batch<T>;
  constexpr int size = Transform::inputs;
  constexpr long line = line_elements<T>;
  const winograd_plane& p = grid.plane;
  const long stride = layout.source_stride();
  alignas(64) T copy[pixel_square<T, size>::copy_elements];
  for (long tile = first; tile < last; ++tile) {
    T* const to = sources + layout.tile_place(tile - first);
    const tile_position at = grid.at(tile);
    const pixel_square<T, size> square(source + at.image * p.source_height * p.source_width * p.source_channels, p.source_height, p.source_width,
                                       p.source_channels, at.row - p.pad_top, at.column - p.pad_left, line_index * line, copy);
    // The columns that the next tile does not share with this one; the hardware does not follow 36 streams.
    for (int r = 0; r < size; ++r)
      for (int s = size - Transform::outputs; s < size; ++s)
        simd::prefetch(square.data + r * square.row_stride + (s + Transform::outputs) * square.cell_stride);
    for (long v = 0; v < line; v += simd::width<T>) {
      places_in_order<T> frequencies{to + v, stride};
      transform_tile<size, size, vector, true>([](const vector* in, vector* out) SLIM_INLINED { Transform::source(in, out); },
                                               columns_in_order<T>{{square.data + v, square.cell_stride}, square.row_stride},
                                               [&](int, int, const vector& t) SLIM_INLINED { simd::store(frequencies.next(), t); });
    }
  }
}

/// A y Aᵀ of tiles [first, last) for one panel of result channels, to `results`.
template <class T, class Transform>
SLIM_ONE_COPY void transform_result_gradients(const winograd_layout<T, Transform>& layout, const tile_grid<Transform>& grid, const T* dresult, long panel_index,
                                              long first, long last, T* results) {
  using vector = simd::batch<T>;
  constexpr int size = Transform::inputs;
  constexpr long line = line_elements<T>, panel = tile_columns<T>;
  static_assert(panel % line == 0 || line % panel == 0);
  const winograd_plane& p = grid.plane;
  const long stride = layout.result_stride();
  alignas(64) T copy[pixel_square<T, Transform::outputs>::copy_elements];
  T* to = results + panel_index * layout.tiles * panel;
  for (long tile = first; tile < last; ++tile, to += panel) {
    const tile_position at = grid.at(tile);
    for (long c = 0; c < panel; c += line) {
      const long channel = panel_index * panel + c;
      const pixel_square<T, Transform::outputs> square(dresult + at.image * p.result_height * p.result_width * p.result_channels, p.result_height,
                                                       p.result_width, p.result_channels, at.row, at.column, channel, copy);
      for (long v = 0; v < line && c + v < panel; v += simd::width<T>) {
        places_in_order<T> frequencies{to + c + v, stride};
        transform_tile<Transform::outputs, size, vector>([](const vector* in, vector* out) SLIM_INLINED { Transform::result_gradient(in, out); },
                                                         columns_in_order<T>{{square.data + v, square.cell_stride}, square.row_stride},
                                                         [&](int, int, const vector& t) SLIM_INLINED { simd::store(frequencies.next(), t); });
      }
    }
  }
}

/// Aᵀ m A of tiles [first, last) for one panel, to the channels from `channel` on of the image `result`.
template <class T, class Transform>
SLIM_ONE_COPY void transform_results(const winograd_layout<T, Transform>& layout, const tile_grid<Transform>& grid, const T* results, long panel_index,
                                     long channel, long first, long last, T* result) {
  using vector = simd::batch<T>;
  constexpr int size = Transform::inputs;
  constexpr long panel = tile_columns<T>, outputs = Transform::outputs;
  const winograd_plane& p = grid.plane;
  const long stride = layout.result_stride(), some = smaller(panel, p.result_channels - channel);
  const T* from = results + panel_index * layout.tiles * panel;
  for (long tile = first; tile < last; ++tile, from += panel) {
    const tile_position at = grid.at(tile);
    const bool whole = some == panel && at.row + outputs <= p.result_height && at.column + outputs <= p.result_width;
    alignas(64) T copy[room_for(outputs * outputs * panel)];
    T* const image = result + ((at.image * p.result_height + at.row) * p.result_width + at.column) * p.result_channels + channel;
    T* const to = whole ? image : copy;
    const long row_stride = whole ? p.result_width * p.result_channels : outputs * panel, cell_stride = whole ? p.result_channels : panel;
    for (long v = 0; v < panel; v += simd::width<T>) {
      places_in_order<const T> frequencies{from + v, stride};
      transform_tile<size, Transform::outputs, vector>(
          [](const vector* in, vector* out) SLIM_INLINED { Transform::result(in, out); }, [&](int, int) SLIM_INLINED { return simd::load(frequencies.next()); },
          [&](int s, int r, const vector& y) SLIM_INLINED { simd::store(to + r * row_stride + s * cell_stride + v, y); });
    }
    if (whole) continue;
    const long rows = smaller(outputs, p.result_height - at.row), columns = smaller(outputs, p.result_width - at.column);
    for (long r = 0; r < rows; ++r)
      for (long s = 0; s < columns; ++s)
        for (long v = 0; v < some; v += simd::width<T>)
          simd::store(image + (r * p.result_width + s) * p.result_channels + v, simd::load(copy + (r * outputs + s) * panel + v),
                      smaller(some - v, simd::width<T>));
  }
}

/// G g Gᵀ of one source channel, to `transformed`. `weights` is [tap row][tap column][source channels][all], of which the layout's
/// result channels are the first.
template <class T, class Transform>
SLIM_ONE_COPY void transform_weights(const winograd_layout<T, Transform>& layout, const T* weights, long all, long channel, T* transformed) {
  using vector = simd::batch<T>;
  constexpr int size = Transform::inputs, taps = Transform::taps;
  constexpr long panel = tile_columns<T>;
  const long stride = layout.weights_stride(), tap = layout.source_channels * all;
  for (long k = 0; k < layout.panels() * panel; k += simd::width<T>) {
    const long some = smaller(simd::width<T>, layout.result_channels - k);
    const T* const from = weights + channel * all + k;
    places_in_order<T> frequencies{transformed + (k / panel * layout.padded_channels() + channel) * panel + k % panel, stride};
    transform_tile<taps, size, vector>([](const vector* in, vector* out) SLIM_INLINED { Transform::weights(in, out); },
                                       [&](int r, int s) SLIM_INLINED { return some > 0 ? simd::load(from + (taps * r + s) * tap, some) : vector(T{}); },
                                       [&](int, int, const vector& u) SLIM_INLINED { simd::store(frequencies.next(), u); });
  }
}

/// The same for `line_elements` source channels from `channel` on, with the weights turned around as the data gradient wants them:
/// `weights` is [tap row][tap column][all][source channels], of which the layout's result channels are the first.
template <class T, class Transform>
SLIM_ONE_COPY void transform_turned_weights(const winograd_layout<T, Transform>& layout, const T* weights, long all, long channel, T* transformed) {
  using vector = simd::batch<T>;
  constexpr int size = Transform::inputs, taps = Transform::taps;
  constexpr long panel = tile_columns<T>, line = line_elements<T>, wide = simd::width<T>;
  const long stride = layout.weights_stride(), channels = layout.source_channels, tap = channels * all;
  const long some = smaller(line, channels - channel);
  alignas(64) T turned[room_for(taps * taps * line * wide)];  // [tap][source channel][result channel]
  for (long k = 0; k < layout.panels() * panel; k += wide) {
    for (long t = 0; t < taps * taps; ++t)
      for (long lane = 0; lane < wide; ++lane) {
        const T* const from = weights + t * tap + (k + lane) * channels + channel;
        T* const to = turned + (taps * taps - 1 - t) * line * wide + lane;
        for (long c = 0; c < some; ++c) to[c * wide] = k + lane < layout.result_channels ? from[c] : T{};
      }
    for (long c = 0; c < some; ++c) {
      places_in_order<T> frequencies{transformed + (k / panel * layout.padded_channels() + channel + c) * panel + k % panel, stride};
      transform_tile<taps, size, vector>([](const vector* in, vector* out) SLIM_INLINED { Transform::weights(in, out); },
                                         [&](int r, int s) SLIM_INLINED { return simd::load(turned + ((taps * r + s) * line + c) * wide); },
                                         [&](int, int, const vector& u) SLIM_INLINED { simd::store(frequencies.next(), u); });
    }
  }
}

/// Gᵀ u G of the layout's source channel `channel`: the gradient of its weights, `dweights` [tap row][tap column][result channels], whose taps lie `tap`
/// elements apart, from that of the transformed weights.
template <class T, class Transform>
SLIM_ONE_COPY void transform_weights_gradient(const winograd_layout<T, Transform>& layout, const T* transformed, long channel, long tap, T* dweights) {
  using vector = simd::batch<T>;
  constexpr int size = Transform::inputs, taps = Transform::taps;
  constexpr long panel = tile_columns<T>;
  const long stride = layout.weights_stride();
  for (long k = 0; k < layout.result_channels; k += simd::width<T>) {
    const long some = smaller(simd::width<T>, layout.result_channels - k);
    places_in_order<const T> frequencies{transformed + (k / panel * layout.padded_channels() + channel) * panel + k % panel, stride};
    T* const to = dweights + k;
    transform_tile<size, taps, vector>([](const vector* in, vector* out) SLIM_INLINED { Transform::weights_gradient(in, out); },
                                       [&](int, int) SLIM_INLINED { return simd::load(frequencies.next()); },
                                       [&](int s, int r, const vector& g) SLIM_INLINED { simd::store(to + (taps * r + s) * tap, g, some); });
  }
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
