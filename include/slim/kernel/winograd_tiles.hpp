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
  constexpr long tile_place(long t) const { return t / group * group_size() + t % group * line; }
  constexpr long group_size() const { return group * lines() * line; }
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

/// A square of pixels, `size` to a side, of one line of channels, read without regard to borders: the image itself, or a copy with zeros
/// where it ends.
template <class T>
struct pixel_square {
  const T* data;
  long row_stride, cell_stride;
  static constexpr long copy_elements(long size) { return size * size * line_elements<T>; }

  pixel_square(long size, const T* image, long height, long width, long channels, long row, long column, long channel, T* const copy)
      : data(image + (row * width + column) * channels + channel), row_stride(width * channels), cell_stride(channels) {
    if (row >= 0 && column >= 0 && row + size <= height && column + size <= width && channel + line_elements<T> <= channels) return;
    copy_part(size, image, height, width, channels, row, column, channel, copy);
    data = copy, row_stride = size * line_elements<T>, cell_stride = line_elements<T>;
  }

private:
  SLIM_ONE_COPY static void copy_part(long size, const T* image, long height, long width, long channels, long row, long column, long channel, T* copy) {
    constexpr long line = line_elements<T>;
    const long some = smaller(line, channels - channel);
    const long left = smaller(larger(-column, 0), size), right = larger(smaller(width - column, size), left);
    for (long r = 0; r < size; ++r, copy += size * line) {
      const bool inside = row + r >= 0 && row + r < height;
      const long first = inside ? left : size, last = inside ? right : size;
      const T* from = image + ((row + r) * width + column + first) * channels + channel;
      std::memset(copy, 0, static_cast<std::size_t>(first * line) * sizeof(T));
      std::memset(copy + last * line, 0, static_cast<std::size_t>((size - last) * line) * sizeof(T));
      for (T* to = copy + first * line; to != copy + last * line; to += line, from += channels)
        for (long v = 0; v < line; v += simd::width<T>)
          simd::store(to + v, some == line ? simd::load(from + v) : v < some ? simd::load(from + v, smaller(some - v, simd::width<T>)) : simd::broadcast(T{}));
    }
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
  alignas(64) T copy[pixel_square<T>::copy_elements(size)];
  for (long tile = first; tile < last; ++tile) {
    T* const to = sources + layout.tile_place(tile - first);
    const tile_position at = grid.at(tile);
    const pixel_square<T> square(size, source + at.image * p.source_height * p.source_width * p.source_channels, p.source_height, p.source_width,
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
  alignas(64) T copy[pixel_square<T>::copy_elements(Transform::outputs)];
  T* to = results + panel_index * layout.tiles * panel;
  for (long tile = first; tile < last; ++tile, to += panel) {
    const tile_position at = grid.at(tile);
    for (long c = 0; c < panel; c += line) {
      const long channel = panel_index * panel + c;
      const pixel_square<T> square(Transform::outputs, dresult + at.image * p.result_height * p.result_width * p.result_channels, p.result_height,
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

/// The first `channels` elements of each of `cells` panels to cells that lie `stride` apart.
template <class T>
SLIM_ONE_COPY void store_cells(const T* panels, long cells, long channels, T* to, long stride) {
  for (const T* const end = panels + cells * tile_columns<T>; panels != end; panels += tile_columns<T>, to += stride)
    for (long v = 0; v < channels; v += simd::width<T>) simd::store(to + v, simd::load(panels + v), smaller(channels - v, simd::width<T>));
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
    const bool whole = some % simd::width<T> == 0 && at.row + outputs <= p.result_height && at.column + outputs <= p.result_width;
    alignas(64) T copy[room_for(outputs * outputs * panel)];
    T* const image = result + ((at.image * p.result_height + at.row) * p.result_width + at.column) * p.result_channels + channel;
    T* const to = whole ? image : copy;
    const long row_stride = whole ? p.result_width * p.result_channels : outputs * panel, cell_stride = whole ? p.result_channels : panel;
    for (long v = 0; v < some; v += simd::width<T>) {
      places_in_order<const T> frequencies{from + v, stride};
      transform_tile<size, Transform::outputs, vector>(
          [](const vector* in, vector* out) SLIM_INLINED { Transform::result(in, out); }, [&](int, int) SLIM_INLINED { return simd::load(frequencies.next()); },
          [&](int s, int r, const vector& y) SLIM_INLINED { simd::store(to + r * row_stride + s * cell_stride + v, y); });
    }
    for (long r = 0; !whole && r < smaller(outputs, p.result_height - at.row); ++r)
      store_cells(copy + r * outputs * panel, smaller(outputs, p.result_width - at.column), some, image + r * p.result_width * p.result_channels,
                  p.result_channels);
  }
}

/// G g Gᵀ of one panel of one source channel, whose `columns` first columns there are: `weights` has them for each tap, `tap` elements apart, and `transformed`
/// gets them for each frequency, `stride` elements apart.
template <class T, class Transform>
SLIM_ONE_COPY void transform_panel_of_weights(const T* weights, long tap, long columns, T* transformed, long stride) {
  using vector = simd::batch<T>;
  constexpr int size = Transform::inputs, taps = Transform::taps;
  for (long k = 0; k < tile_columns<T>; k += simd::width<T>) {
    const long some = smaller(simd::width<T>, columns - k);
    places_in_order<T> frequencies{transformed + k, stride};
    transform_tile<taps, size, vector>([](const vector* in, vector* out) SLIM_INLINED { Transform::weights(in, out); },
                                       [&](int r, int s) SLIM_INLINED { return some > 0 ? simd::load(weights + (taps * r + s) * tap + k, some) : vector(T{}); },
                                       [&](int, int, const vector& u) SLIM_INLINED { simd::store(frequencies.next(), u); });
  }
}

/// G g Gᵀ of one source channel, to `transformed`. `weights` is [tap row][tap column][source channels][all], of which the layout's
/// result channels are the first.
template <class T, class Transform>
void transform_weights(const winograd_layout<T, Transform>& layout, const T* weights, long all, long channel, T* transformed) {
  constexpr long panel = tile_columns<T>;
  for (long p = 0; p < layout.panels(); ++p)
    transform_panel_of_weights<T, Transform>(weights + channel * all + p * panel, layout.source_channels * all, layout.result_channels - p * panel,
                                             transformed + (p * layout.padded_channels() + channel) * panel, layout.weights_stride());
}

/// The same for `line_elements` source channels from `channel` on, with the weights turned around as the data gradient wants them:
/// `weights` is [tap row][tap column][all][source channels], of which the layout's result channels are the first.
template <class T, class Transform>
void transform_turned_weights(const winograd_layout<T, Transform>& layout, const T* weights, long all, long channel, T* transformed) {
  constexpr long panel = tile_columns<T>, line = line_elements<T>, taps = static_cast<long>(Transform::taps) * Transform::taps;
  const long channels = layout.source_channels, some = smaller(line, channels - channel);
  alignas(64) T turned[static_cast<std::size_t>(taps * line * panel)];  // [tap][source channel][result channel]
  for (long p = 0; p < layout.panels(); ++p) {
    for (long t = 0; t < taps; ++t)
      pack_panels_transposed(weights + (t * all + p * panel) * channels + channel, channels, some, smaller(panel, layout.result_channels - p * panel),
                             turned + (taps - 1 - t) * line * panel, 0, line);
    for (long c = 0; c < some; ++c)
      transform_panel_of_weights<T, Transform>(turned + c * panel, line * panel, panel, transformed + (p * layout.padded_channels() + channel + c) * panel,
                                               layout.weights_stride());
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
