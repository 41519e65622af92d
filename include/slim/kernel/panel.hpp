#pragma once
#include "slim/core/begin.hpp"
// The right operand of a contraction, laid out as the register tile reads it: [column panel][step][tile_columns], with
// zeros behind the last column. Packing happens per call into a buffer that stays in the second-level cache.

#include "slim/kernel/tile.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Bytes of packed right operand that a thread keeps on its stack, a bit more than half of a 512 KiB second-level cache.
inline constexpr long panel_buffer_bytes = 288 * 1024;
template <class T>
inline constexpr long panel_buffer_size = panel_buffer_bytes / static_cast<long>(sizeof(T));

/// Columns rounded up to whole panels.
template <class T>
constexpr long padded_columns(long columns) {
  return (columns + tile_columns<T> - 1) / tile_columns<T> * tile_columns<T>;
}

/// Largest number of columns (whole panels, at least one) with `depth` steps that fits the buffer, shared out evenly over
/// the groups that `columns` needs.
template <class T>
constexpr long panel_group_columns(long columns, long depth, int least_groups = 1) {
  const long room = panel_buffer_size<T> / depth / tile_columns<T> * tile_columns<T>;
  const long widest = room > tile_columns<T> ? room : tile_columns<T>;
  long groups = (columns + widest - 1) / widest;
  groups = groups > least_groups ? groups : least_groups;
  return padded_columns<T>((columns + groups - 1) / groups);
}

/// Matrix rows that are packed together: a panel then receives whole runs of cache lines, twice as fast as line by line.
inline constexpr long packed_rows = 4;

/// Steps `first` … `first + rows` of panels that are `depth` steps deep, from a matrix with contiguous columns.
template <class T>
SLIM_ONE_COPY void pack_panels(const T* source, long row_stride, long rows, long columns, T* panels, long first, long depth) {
  constexpr long wide = tile_columns<T>;
  for (long block = 0; block < rows; block += packed_rows) {
    const long end = block + packed_rows < rows ? block + packed_rows : rows;
    T* panel = panels + first * wide;
    long column = 0;
    for (; column + wide <= columns; column += wide, panel += depth * wide)
      for (long r = block; r < end; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < tile_vectors<T>; ++v)
          simd::store(panel + r * wide + v * simd::width<T>, simd::load(source + r * row_stride + column + v * simd::width<T>));
    if (column < columns)
      for (long r = block; r < end; ++r)
        for (long j = 0; j < wide; j += simd::width<T>) {
          const long left = columns - column - j;
          simd::store(panel + r * wide + j,
                      left > 0 ? simd::load(source + r * row_stride + column + j, left < simd::width<T> ? left : simd::width<T>) : simd::broadcast(T{}));
        }
  }
}

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

/// As pack_panels, from a matrix with contiguous rows: element (step r, column j) is source[j·column_stride + r].
template <class T>
SLIM_ONE_COPY void pack_panels_transposed(const T* source, long column_stride, long rows, long columns, T* panels, long first, long depth) {
  constexpr long wide = tile_columns<T>, width = simd::width<T>;
  for (long column = 0; column < padded_columns<T>(columns); column += width) {
    T* to = panels + (column / wide * depth + first) * wide + column % wide;
    for (long r = 0; r < rows; r += width) {
      const long steps = rows - r < width ? rows - r : width;
      simd::batch<T> square[room_for(width)];
#pragma GCC unroll 1
      for (long j = 0; j < width; ++j) square[j] = column + j < columns ? simd::load(source + (column + j) * column_stride + r, steps) : simd::broadcast(T{});
      simd::transpose(square);
#pragma GCC unroll 1
      for (long s = 0; s < steps; ++s, to += wide) simd::store(to, square[s]);
    }
  }
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
