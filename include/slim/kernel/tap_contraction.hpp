#pragma once
#include "slim/core/begin.hpp"
// The engine behind convolution, its data gradient and matmul: pack weights, look at the source, run register tiles.

#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/panel.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/kernel/source_view.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Weights [tap row][tap column][rows][columns]; `transposed` means that the source channels run along the columns. There may be `panels` of all
/// columns, made ahead by pack_weights: [chunk][panel][step][tile_columns].
template <class T>
struct tap_weights {
  const T* data;
  long tap_columns;
  bool transposed;
  const T* panels = nullptr;
};

/// Panels of result columns [column, column + columns) for one chunk of the reduction.
template <class T>
SLIM_ONE_COPY void pack_chunk(const tap_grid& grid, const tap_chunk& chunk, const tap_weights<T>& weights, long column, long columns, T* panels) {
  long step = 0;
  for (long r = chunk.row; r < chunk.row + chunk.rows; ++r)
    for (long s = chunk.column; s < chunk.column + chunk.columns; ++s, step += chunk.channels) {
      const long tap = (grid.height.first_tap + r * grid.height.tap_increment) * weights.tap_columns + grid.width.first_tap + s * grid.width.tap_increment;
      const T* from = weights.data + tap * grid.source_channels * grid.result_channels;
      if (weights.transposed)
        pack_panels_transposed(from + column * grid.source_channels + chunk.channel, grid.source_channels, chunk.channels, columns, panels, step,
                               chunk.depth());
      else pack_panels(from + chunk.channel * grid.result_channels + column, grid.result_channels, chunk.channels, columns, panels, step, chunk.depth());
    }
}

/// The steps of one output's reduction over a chunk: rows of taps, taps, channels.
using tap_list = stretch_list<reduction_limit>;
template <class T>
SLIM_ONE_COPY void list_taps(const tap_grid& grid, const tap_chunk& chunk, const source_view<T>& view, tap_list& steps) {
  steps.clear();
  for (long r = 0; r < chunk.rows; ++r)
    for (long s = 0; s < chunk.columns; ++s) steps.add(r * grid.height.tap_step * view.row_stride + s * grid.width.tap_step * view.cell_stride, chunk.channels);
}

/// Walks over the pixels of a block in order, with the places of each in the source and in the result.
template <class T>
struct pixel_cursor {
  const tap_grid& grid;
  const pixel_block& block;
  const source_view<T>& view;
  long image = 0, row = 0, cell = 0;
  const T* from = view.data;
  long to = place();

  long place() const {
    const long y = grid.height.output_first + (block.row + row) * grid.height.output_step;
    const long x = grid.width.output_first + block.column * grid.width.output_step;
    return (((block.image + image) * grid.height.result + y) * grid.width.result + x) * grid.result_channels;
  }

  /// The places of the next `count` pixels, at most `tile_rows`, in arrays of so many, which are filled up with readable ones.
  void take(int count, const T** sources, T* result, T** results) {
    const long across = grid.width.step * view.cell_stride, further = grid.width.output_step * grid.result_channels;
    if (block.columns - cell > tile_rows) {  // all in one row
      for (int i = 0; i < tile_rows; ++i) sources[i] = from + i * across, results[i] = result + to + i * further;
      cell += count, from += count * across, to += count * further;
      return;
    }
#pragma GCC unroll 1
    for (int i = 0; i < tile_rows; ++i) {
      sources[i] = from, results[i] = result + to;
      if (i + 1 < count) next();
    }
    next();
  }

private:
  void next() {
    from += grid.width.step * view.cell_stride;
    to += grid.width.output_step * grid.result_channels;
    if (++cell < block.columns) return;
    cell = 0;
    if (++row == block.rows) row = 0, ++image;
    from = view.data + image * view.image_stride + row * grid.height.step * view.row_stride;
    to = place();
  }
};

/// All pixels of one block against one group of packed columns. `last` tells that the reduction ends with this chunk.
template <class T>
SLIM_ONE_COPY void contract_block(const tap_grid& grid, const tap_chunk& chunk, const pixel_block& block, const source_view<T>& view, const reduction& steps,
                                  const T* panels, long column, long columns, T* result, bool accumulate, bool last, const epilogue<T>& after,
                                  lookahead<T>& ahead) {
  const long first_pixel = (block.image * grid.height.result + block.row) * grid.width.result + block.column;
  const long pixels = block.pixels();
  pixel_cursor<T> pixel{grid, block, view};
  for (long done = 0, finished = 0; done < pixels;) {
    const int valid = rows_of_tile<T>(pixels - done, columns);
    const T* from[tile_rows];
    T* to[tile_rows];
    pixel.take(valid, from, result + column, to);
    tile_row(steps, chunk.depth(), from, panels, to, valid, columns, accumulate, ahead);
    done += valid;
    if (last && ((done - finished) * columns >= epilogue_elements || done == pixels)) {
      after(first_pixel + finished, first_pixel + done, column, column + columns);
      finished = done;
    }
  }
}

/// How contract_taps cuts its work, with at most so many pixels in a block. The chunks do not depend on the numbers of pixels and threads.
template <class T>
constexpr blocking contraction_blocking(const tap_grid& grid, long depth_limit, long most_pixels) {
  return choose_blocking(grid, depth_limit, 4 * tile_rows, larger(4 * tile_rows, smaller(512, most_pixels)), source_buffer_size<T>);
}

/// Elements of weights that are packed ahead, and where those of a chunk begin.
template <class T>
constexpr long packed_weights_elements(const tap_grid& grid) {
  return grid.height.taps * grid.width.taps * grid.source_channels * padded_columns<T>(grid.result_channels);
}
template <class T>
constexpr long packed_weights_place(const tap_grid& grid, const tap_chunk& chunk) {
  const long taps_before = chunk.row * grid.width.taps + chunk.rows * chunk.column;
  return (taps_before * grid.source_channels + chunk.rows * chunk.columns * chunk.channel) * padded_columns<T>(grid.result_channels);
}

/// Packs weights for calls of contract_taps with this grid while they do not change.
template <class T>
void pack_weights(const tap_grid& grid, const tap_weights<T>& weights, T* packed, int threads, long depth_limit = reduction_limit) {
  const blocking cut = contraction_blocking<T>(grid, depth_limit, grid.pixels());
  parallel_for(cut.chunks(), static_cast<double>(cut.depth() * grid.result_channels), threads, [&](long c) {
    const tap_chunk chunk = cut.chunk(c);
    pack_chunk(grid, chunk, weights, 0, grid.result_channels, packed + packed_weights_place<T>(grid, chunk));
  });
}

/// Tasks per thread where there are enough blocks, so that threads that are done early can help, and blocks of a task: each reads, or packs, its weights
/// once for all of them.
inline constexpr long contraction_tasks = 4, contraction_task_blocks = 2;

/// With so many pixels each, threads rather go through all weights, which they ask for ahead, than read each other's pixels.
inline constexpr long contraction_own_pixels = 12 * tile_rows;

/// How tasks share a contraction: as many blocks of pixels of a group of columns each; as much work, which may end inside of a group; or blocks of their own,
/// for all groups.
enum class shared_by { groups, work, blocks };

/// What threads share out in contract_taps: units of one block of pixels and one group of columns, counted group by group.
struct contraction_list {
  blocking cut;
  long group_columns, tasks = 1;
  shared_by how = shared_by::work;

  constexpr long groups() const { return parts_of(cut.grid.result_channels, group_columns); }
  constexpr long units() const { return groups() * cut.blocks(); }
  /// Columns of the group that begins with this one.
  constexpr long columns_from(long column) const { return smaller(group_columns, cut.grid.result_channels - column); }
  /// Pixels times columns in front of a unit; the last tile of a block has a few pixels to spare.
  constexpr long work_before(long unit) const {
    const long blocks = cut.blocks(), block = unit % blocks, spare = tile_rows / 4;
    const long column = smaller(unit / blocks * group_columns, cut.grid.result_channels);
    const long here = block > 0 ? (cut.first_pixel(block) + spare * block) * columns_from(column) : 0;
    return column * (cut.grid.pixels() + spare * blocks) + here;
  }
  /// Where one of several parts begins that are as even as units allow.
  constexpr long first_unit(long part, long parts) const {
    if (part == parts) return units();
    const long blocks = cut.blocks(), before = part * cut.grid.result_channels * blocks / parts, group = before / (group_columns * blocks);
    const long columns = columns_from(group * group_columns);
    return group * blocks + (2 * (before - group * group_columns * blocks) + columns) / (2 * columns);
  }
  constexpr long longest_part(long parts) const {
    long longest = 0;
    for (long part = 0, begin = 0; part < parts; ++part) {
      const long end = work_before(first_unit(part + 1, parts));
      longest = larger(longest, end - begin), begin = end;
    }
    return longest;
  }
  /// Units [begin, end) of a task, as counted where there are only `blocks` blocks, from `first_block` on.
  struct share {
    long first_block, blocks, begin, end;
  };
  constexpr share share_of(long task) const {
    const long all = cut.blocks();
    if (how == shared_by::groups) return {0, all, task * units() / tasks, (task + 1) * units() / tasks};
    if (how == shared_by::work) return {0, all, first_unit(task, tasks), first_unit(task + 1, tasks)};
    const long first = task * all / tasks, own = (task + 1) * all / tasks - first;
    return {first, own, 0, own * groups()};
  }
  /// Pixels of the largest of as many parts made of whole blocks.
  constexpr long most_pixels(long parts) const {
    long most = 0;
    for (long part = 0, begin = 0; part < parts; ++part) {
      const long end = part + 1 < parts ? cut.first_pixel((part + 1) * cut.blocks() / parts) : cut.grid.pixels();
      most = larger(most, end - begin), begin = end;
    }
    return most;
  }
};

/// The list for weights that are packed by those who use them: threads share the blocks of each group.
template <class T>
constexpr contraction_list share_blocks(const tap_grid& grid, long depth_limit, long threads) {
  blocking cut = contraction_blocking<T>(grid, depth_limit, parts_of(grid.pixels(), threads));
  if (threads > 1) cut = cut.shared_by(threads);
  // With few pixels each, threads pack columns of their own.
  const bool few = threads > 1 && grid.pixels() < 8 * tile_rows * threads;
  contraction_list list{cut, panel_group_columns<T>(grid.result_channels, cut.depth(), few ? static_cast<int>(threads) : 1), 1, shared_by::groups};
  list.tasks = list.groups();
  if (threads > 1) {
    const long blocks = cut.blocks(),
               share = smaller(blocks, threads / common_divisor(list.groups(), threads));  // tasks for all threads, where there are blocks
    const long wanted = smaller(blocks / contraction_task_blocks, parts_of(contraction_tasks * threads, list.groups()));
    list.tasks *= larger(wanted / share, 1) * share;
  }
  return list;
}

/// The list for weights that are packed ahead, in equally wide groups: threads have pixels of their own, or a stretch of the list each, with as few blocks as
/// make these even.
template <class T>
[[gnu::cold]] constexpr contraction_list share_list(const tap_grid& grid, long depth_limit, long threads) {
  const long pixels = grid.pixels(), panels = parts_of(grid.result_channels, tile_columns<T>);
  contraction_list best{contraction_blocking<T>(grid, depth_limit, pixels), 0};
  long group = panel_group_columns<T>(grid.result_channels, best.cut.depth()) / tile_columns<T>;
  while (panels % group != 0) --group;
  best.group_columns = group * tile_columns<T>;
  if (threads > 1) {
    if (best.groups() > 1 && pixels >= contraction_own_pixels * threads) {
      contraction_list own{contraction_blocking<T>(grid, depth_limit, parts_of(pixels, threads)).shared_by(threads), best.group_columns};
      own.tasks = larger(smaller(own.cut.blocks() / threads, contraction_tasks), 1) * threads, own.how = shared_by::blocks;
      if (own.most_pixels(threads) * threads <= pixels * 104 / 100) return own;
    }
    const long fewest = best.cut.blocks();
    long longest = best.longest_part(threads);
    for (long parts = fewest + 1; parts <= fewest + 2 * threads && longest * threads > pixels * grid.result_channels * 103 / 100; ++parts) {
      const contraction_list other{contraction_blocking<T>(grid, depth_limit, parts_of(pixels, parts)), best.group_columns};
      const long part = other.longest_part(threads);
      if (part < longest) best = other, longest = part;
    }
    const long wanted = smaller(best.units() / contraction_task_blocks, contraction_tasks * threads);
    best.tasks = larger(wanted / threads * threads, smaller(threads, best.units()));
  }
  return best;
}

/// result = window contraction of source and weights, then the epilogue. With strided outputs (output_step > 1) the
/// epilogue must be empty, since the rows are not consecutive. At least one tap.
template <class T>
void contract_taps(const tap_grid& grid, const T* source, const tap_weights<T>& weights, T* result, const epilogue<T>& after, int threads,
                   long depth_limit = reduction_limit) {
  const bool packed_ahead = weights.panels != nullptr;
  const contraction_list list = packed_ahead ? share_list<T>(grid, depth_limit, threads) : share_blocks<T>(grid, depth_limit, larger(threads, 1));
  const blocking& cut = list.cut;

  parallel_for(list.tasks, grid.operations() / static_cast<double>(list.tasks), threads, [&](long task) {
    alignas(64) T panels[panel_buffer_size<T>];
    alignas(64) T buffer[source_buffer_size<T>];
    tap_list steps(1);
    const contraction_list::share own = list.share_of(task);
    for (long unit = own.begin; unit < own.end;) {
      const long column = unit / own.blocks * list.group_columns, columns = list.columns_from(column), place = unit % own.blocks;
      const long count = smaller(own.end - unit, own.blocks - place), first_block = own.first_block + place, last_block = first_block + count - 1;
      unit += count;
      for (long c = 0; c < cut.chunks(); ++c) {
        const tap_chunk chunk = cut.chunk(c);
        const auto packed = [&](const tap_chunk& which, long first) { return weights.panels + packed_weights_place<T>(grid, which) + first * which.depth(); };
        const T* right = panels;
        lookahead<T> ahead;
        if (packed_ahead) {
          right = packed(chunk, column);
          // The weights of the next chunk, or those that this thread goes on with.
          const bool same = c + 1 < cut.chunks();
          const long next = same ? column : unit / own.blocks * list.group_columns;
          const tap_chunk following = cut.chunk(same ? c + 1 : 0);
          if (next < grid.result_channels)
            ahead = {packed(following, next), following.depth() * padded_columns<T>(list.columns_from(next)),
                     parts_of(cut.block(last_block).pixels(), tile_rows) * parts_of(columns, tile_columns<T>), chunk.depth()};
        } else {
          pack_chunk(grid, chunk, weights, column, columns, panels);
        }
        for (long b = first_block; b <= last_block; ++b) {
          const pixel_block block = cut.block(b);
          lookahead<T> nothing;
          const source_view<T> view = view_source(grid, chunk, block, source, buffer, false);
          list_taps(grid, chunk, view, steps);
          contract_block(grid, chunk, block, view, steps, right, column, columns, result, c > 0, c + 1 == cut.chunks(), after,
                         b == last_block ? ahead : nothing);
        }
      }
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
