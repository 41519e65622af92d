#pragma once
#include "slim/core/begin.hpp"
// Winograd's algorithm for a convolution of stride 1 and for its data gradient: per block of tiles, transform the sources, one
// matrix product per frequency, transform the products back, all while the block is in the second-level cache.

#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/kernel/pooled_store.hpp"
#include "slim/kernel/winograd_tiles.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Tiles of a block: so few that its matrices stay in the second-level cache; more where the weights do not fit there either, so that
/// each visit to them does more work.
constexpr long winograd_block_tiles(const winograd_plane& p) { return p.source_channels * p.result_channels < 256 * 256 ? 48 : 96; }
/// Columns of result that are worked on together: they are transformed back before the epilogue sees them.
inline constexpr long winograd_columns = 64;
/// With at most so many tiles, groups of columns come outermost: their weights are transformed, used for all tiles and forgotten, and
/// never go to memory, where the transformed weights of all columns are four times as large as the weights.
inline constexpr long winograd_few_tiles = 200;
/// Columns of such a group, whole panels; narrow ones where there would be only one.
template <class T>
constexpr long winograd_group_columns(const winograd_plane& p) {
  return padded_columns<T>(p.result_channels > winograd_columns ? winograd_columns : winograd_columns / 2);
}

template <class T, class Transform>
constexpr bool has_few_tiles(const winograd_plane& p, long batch) {
  return batch * tile_grid<Transform>{p}.per_image() <= winograd_few_tiles && p.result_channels > winograd_group_columns<T>(p);
}

/// Whether tiles are worked on in blocks. Few ones are where weights are made ahead and each thread's part of the tiles fills some register tiles: it then
/// transforms its own sources, and nothing of them goes from one core to another.
template <class T, class Transform>
constexpr bool works_in_blocks(const winograd_plane& p, long batch, bool prepared, int threads) {
  const long tiles = batch * tile_grid<Transform>{p}.per_image();
  return !has_few_tiles<T, Transform>(p, batch) || (prepared && tiles >= 4 * tile_rows * larger(threads, 1));
}

/// How many blocks: as many for each thread, where tiles fill as many register tiles.
constexpr long winograd_blocks(const winograd_plane& p, long tiles, int threads) {
  const long each = larger(threads, 1);
  return smaller(parts_of(parts_of(tiles, winograd_block_tiles(p)), each) * each, parts_of(tiles, tile_rows));
}

/// The matrices of one block of tiles, or of all (few) tiles and one group of columns.
template <class T, class Transform>
constexpr winograd_layout<T, Transform> winograd_block_layout(const winograd_plane& p, long batch, bool blocks, int threads) {
  const long tiles = batch * tile_grid<Transform>{p}.per_image();
  const long together = blocks ? smaller(parts_of(tiles, larger(threads, 1)), winograd_block_tiles(p)) : tiles;
  return {p.source_channels, blocks ? p.result_channels : winograd_group_columns<T>(p), parts_of(together, tile_rows) * tile_rows};
}

/// Scratch memory in elements for up to `batch` images.
template <class T, class Transform>
[[gnu::cold]] constexpr long winograd_convolution_workspace(const winograd_plane& p, long batch, int threads) {
  const auto needed = [&](long images) {
    const auto all = winograd_block_layout<T, Transform>(p, images, false, threads), block = winograd_block_layout<T, Transform>(p, images, true, threads);
    const long in_blocks = threads * (block.source_elements() + block.result_elements());
    if (!has_few_tiles<T, Transform>(p, images)) return block.weights_elements() + in_blocks;
    return larger(all.source_elements() + threads * (all.weights_elements() + all.result_elements()),
                  works_in_blocks<T, Transform>(p, images, true, threads) ? in_blocks : 0);
  };
  const long few = smaller(batch, winograd_few_tiles / tile_grid<Transform>{p}.per_image());  // fewer images may need more
  return few > 0 ? larger(needed(few), needed(batch)) : needed(batch);
}

/// products[tile][column] = Σ over channels of sources[tile][channel] · weights[channel][column] for each frequency; tiles [0, count). The weights
/// of neighbouring frequencies lie `weights_stride` apart.
template <class T, class Transform>
SLIM_ONE_COPY void multiply_frequencies(const winograd_layout<T, Transform>& layout, const T* sources, const T* weights, long weights_stride, long count,
                                        T* products) {
  constexpr long panel = tile_columns<T>, line = line_elements<T>;
  const long to_next_group = layout.group_size() - layout.group * line;
  stretch_list<reduction_limit / line> steps(1);
  for (long first = 0; first < layout.source_channels; first += reduction_limit) {
    const long depth = smaller(reduction_limit, layout.source_channels - first);
    steps.clear();
    for (long c = 0; c < depth; c += line) steps.add(layout.channel_place(first + c), smaller(line, depth - c));
    for (long f = 0; f < layout.frequencies; ++f)
      for (long p = 0; p < layout.panels(); ++p) {
        const T* const columns = weights + f * weights_stride + (p * layout.padded_channels() + first) * panel;
        T* const to = products + f * layout.result_stride() + p * layout.tiles * panel;
        const long wide = 2 * (layout.result_channels - p * panel) <= panel ? panel / 2 : panel;
        // The next panel comes from far away: each register tile asks for a part of it.
        const T* const next = p + 1 < layout.panels() ? columns + layout.padded_channels() * panel : weights + (f + 1) * weights_stride + first * panel;
        lookahead<T> ahead(next, depth * panel, parts_of(count, tile_rows), depth);
        const T* from = sources + f * layout.source_stride();  // the place of tile t, which is the number `inside` of its group
        for (long t = 0, inside = 0; t < count;) {
          const int some = rows_of_tile<T>(count - t, wide);
          const T* rows[tile_rows];
          T* c[tile_rows];
          for (int i = 0; i < tile_rows; ++i) {
            rows[i] = from + i * line + (inside + i < layout.group ? 0 : to_next_group);
            c[i] = to + (t + i) * panel;
          }
          tile_row(steps, depth, rows, columns, c, rows_made<T>(some, wide), wide, first > 0, ahead);
          t += some, inside += some, from += some * line;
          if (inside >= layout.group) inside -= layout.group, from += to_next_group;
        }
      }
  }
}

/// Transforms the products of tiles [first, last) back, to the channels from `channel` on, and hands each stretch of finished pixels to
/// the epilogue.
template <class T, class Transform>
SLIM_ONE_COPY void finish_block(const winograd_layout<T, Transform>& layout, const tile_grid<Transform>& grid, const T* products, long channel, long first,
                                long last, T* result, const epilogue<T>& after) {
  constexpr long panel = tile_columns<T>, together = larger(winograd_columns / panel, 1);
  const winograd_plane& plane = grid.plane;
  for (long p = 0; p < layout.panels() && channel + p * panel < plane.result_channels; p += together) {
    const long begin = channel + p * panel, end = smaller(begin + smaller(together, layout.panels() - p) * panel, plane.result_channels);
    for (long q = p; channel + q * panel < end; ++q) transform_results<T, Transform>(layout, grid, products, q, channel + q * panel, first, last, result);
    if (after.apply == nullptr) continue;
    for (long tile = first; tile < last;) {
      const long next = smaller(tile - tile % grid.across() + grid.across(), last);
      const tile_position at = grid.at(tile);
      const long columns = smaller((next - tile) * Transform::outputs, plane.result_width - at.column);
      for (long row = at.row; row < smaller(at.row + Transform::outputs, plane.result_height); ++row) {
        const long pixel = (at.image * plane.result_height + row) * plane.result_width + at.column;
        after(pixel, pixel + columns, begin, end);
      }
      tile = next;
    }
  }
}

/// The same where only the largest of each square of pixels is stored; the image is made of whole squares, and so are tiles.
template <class T, class Transform>
SLIM_ONE_COPY void finish_pooled_block(const winograd_layout<T, Transform>& layout, const tile_grid<Transform>& grid, const T* products, long channel,
                                       long first, long last, T* result, const pooled_epilogue<T>& after) {
  constexpr long panel = tile_columns<T>, together = larger(winograd_columns / panel, 1), outputs = Transform::outputs;
  constexpr long most_tiles = larger(pooled_scratch_size<T> / (outputs * outputs * together * panel), 1);
  alignas(64) T scratch[room_for(most_tiles * outputs * outputs * together * panel)];
  const winograd_plane& plane = grid.plane;
  for (long p = 0; p < layout.panels() && channel + p * panel < plane.result_channels; p += together) {
    const long begin = channel + p * panel, end = smaller(begin + smaller(together, layout.panels() - p) * panel, plane.result_channels);
    for (long tile = first; tile < last;) {
      const long next = smaller(smaller(tile - tile % grid.across() + grid.across(), tile + most_tiles), last);
      const tile_position at = grid.at(tile);
      // These tiles as an image of their own.
      tile_grid<Transform> line{plane};
      line.plane.result_height = smaller(outputs, plane.result_height - at.row);
      line.plane.result_width = smaller((next - tile) * outputs, plane.result_width - at.column);
      line.plane.result_channels = end - begin;
      for (long q = p; channel + q * panel < end; ++q)
        transform_results<T, Transform>(layout, line, products + (tile - first) * panel, q, channel + q * panel - begin, 0, next - tile, scratch);
      const long across = plane.result_width / after.size, pixel = (at.image * plane.result_height + at.row) / after.size * across + at.column / after.size;
      store_pooled(after, scratch, line.plane.result_height, line.plane.result_width, end - begin, begin, result + pixel * plane.result_channels + begin,
                   across * plane.result_channels, plane.result_channels);
      tile = next;
    }
  }
}

/// How a convolution finishes its blocks where it stores the largest of squares only; empty where it stores every pixel. Behind a pointer: programs
/// without such pools do not compile it.
template <class T, class Transform>
struct winograd_pool {
  const pooled_epilogue<T>* after = nullptr;
  void (*finish)(const winograd_layout<T, Transform>&, const tile_grid<Transform>&, const T* products, long channel, long first, long last, T* result,
                 const pooled_epilogue<T>&) = nullptr;
};
template <class T, class Transform>
winograd_pool<T, Transform> pool_with(const pooled_epilogue<T>& after) {
  return {&after, &finish_pooled_block<T, Transform>};
}

/// Transforms the weights of the layout's result channels, which are the first of `all`; for one line of source channels.
template <class T, class Transform>
void transform_line_of_weights(const winograd_layout<T, Transform>& layout, const T* weights, bool turned, long all, long line, T* transformed) {
  constexpr long wide = line_elements<T>;
  if (turned) return transform_turned_weights<T, Transform>(layout, weights, all, line * wide, transformed);
  for (long c = line * wide; c < smaller((line + 1) * wide, layout.source_channels); ++c) transform_weights<T, Transform>(layout, weights, all, c, transformed);
}

/// The layout of the transformed weights of all columns.
template <class T, class Transform>
constexpr winograd_layout<T, Transform> winograd_weights_layout(const winograd_plane& p) {
  return {p.source_channels, p.result_channels, 1};
}

/// Transforms all weights ahead, to `transformed` (winograd_weights_layout's weights_elements), for calls of winograd_convolution while they do not change.
template <class T, class Transform>
void winograd_transform_weights(const winograd_plane& plane, const T* weights, bool turned, T* transformed, int threads) {
  const auto layout = winograd_weights_layout<T, Transform>(plane);
  parallel_for(layout.lines(), 100.0 * static_cast<double>(line_elements<T> * layout.panels() * tile_columns<T>), threads,
               [&](long line) { transform_line_of_weights<T, Transform>(layout, weights, turned, plane.result_channels, line, transformed); });
}

/// result = convolution of `source` (NHWC) by `weights`, then the epilogue. `turned`: the weights are those of the convolution whose data
/// gradient this is, [tap row][tap column][result channels][source channels]; otherwise [tap row][tap column][source channels][result channels].
/// `prepared`: what winograd_transform_weights made of the weights, or null. `pool`: if not empty, it takes the place of `after`.
template <class T, class Transform>
void winograd_convolution(const winograd_plane& plane, long batch, const T* source, const T* weights, bool turned, const T* prepared, T* result, T* workspace,
                          const epilogue<T>& after, int threads, const winograd_pool<T, Transform>& pool = {}) {
  const bool in_blocks = works_in_blocks<T, Transform>(plane, batch, prepared != nullptr, threads);
  const auto layout = winograd_block_layout<T, Transform>(plane, batch, in_blocks, threads);
  const tile_grid<Transform> grid{plane};
  const long tiles = batch * grid.per_image(), all = plane.result_channels;
  const double work = 2.0 * static_cast<double>(layout.frequencies * tiles * plane.source_channels) * static_cast<double>(all);
  const auto finish = [&](const winograd_layout<T, Transform>& some, const T* products, long channel, long first, long last) {
    if (pool.finish != nullptr) pool.finish(some, grid, products, channel, first, last, result, *pool.after);
    else finish_block<T, Transform>(some, grid, products, channel, first, last, result, after);
  };

  if (!in_blocks) {
    T* const sources = workspace;
    parallel_for(layout.lines(), 10.0 * static_cast<double>(layout.frequencies * tiles * line_elements<T>), threads, [&](long line) {
      transform_sources<T, Transform>(layout, grid, source, line, 0, tiles, sources + layout.channel_place(line * line_elements<T>));
    });
    const long columns = winograd_group_columns<T>(plane), groups = parts_of(all, columns);
    parallel_for(groups, work / static_cast<double>(groups), threads, [&](long group, int thread) {
      T* const transformed = sources + layout.source_elements() + thread * (layout.weights_elements() + layout.result_elements());
      T* const products = transformed + layout.weights_elements();
      const long channel = group * columns;
      auto some = layout;
      some.result_channels = smaller(columns, all - channel);
      if (prepared != nullptr) {
        const auto whole = winograd_weights_layout<T, Transform>(plane);
        multiply_frequencies<T, Transform>(some, sources, prepared + channel * whole.padded_channels(), whole.weights_stride(), tiles, products);
      } else {
        for (long line = 0; line < some.lines(); ++line)
          transform_line_of_weights<T, Transform>(some, weights + channel * (turned ? plane.source_channels : 1), turned, all, line, transformed);
        multiply_frequencies<T, Transform>(some, sources, transformed, some.weights_stride(), tiles, products);
      }
      finish(some, products, channel, 0, tiles);
    });
    return;
  }

  T* const transformed = workspace;
  T* const first_block = transformed + (prepared == nullptr ? layout.weights_elements() : 0);
  if (prepared == nullptr) winograd_transform_weights<T, Transform>(plane, weights, turned, transformed, threads);
  const long blocks = winograd_blocks(plane, tiles, threads), rows = parts_of(tiles, tile_rows);
  parallel_for(blocks, work / static_cast<double>(blocks), threads, [&](long block, int thread) {
    T* const sources = first_block + thread * (layout.source_elements() + layout.result_elements());
    T* const products = sources + layout.source_elements();
    const long first = block * rows / blocks * tile_rows, last = smaller((block + 1) * rows / blocks * tile_rows, tiles);
    for (long line = 0; line < layout.lines(); ++line)
      transform_sources<T, Transform>(layout, grid, source, line, first, last, sources + layout.channel_place(line * line_elements<T>));
    multiply_frequencies<T, Transform>(layout, sources, prepared != nullptr ? prepared : transformed, layout.weights_stride(), last - first, products);
    finish(layout, products, 0, first, last);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
