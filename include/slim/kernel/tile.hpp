#pragma once
#include "slim/core/begin.hpp"
// The register tile: the one inner loop of every contraction in the library. A few rows (pixels, or weights) times a
// panel of columns, accumulated over any reduction without leaving the registers.

#include "slim/core/config.hpp"
#include "slim/core/room_for.hpp"
#include "slim/simd/batch.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Rows of a full tile. 6 × 2 vectors of accumulators, two panel vectors and a broadcast fill 16 registers; with 32
/// registers the panel is twice as wide.
inline constexpr int tile_rows = 6;
template <class T>
inline constexpr int tile_vectors = simd::registers<T> >= 32 ? 4 : 2;
template <class T>
inline constexpr long tile_columns = tile_vectors<T> * simd::width<T>;

/// Evenly spaced elements of the left operand.
struct stretch {
  long first, length;
};

/// The steps of a reduction: stretches, one after the other, of elements `spacing` apart. Makes every reduction, over taps, channels, images or
/// pixels, the same loop.
struct reduction {
  const stretch* stretches;
  long count, spacing;
};

/// Collects stretches; one that goes on where the last one ended makes that longer.
template <long Room>
struct stretch_list {
  stretch items[room_for(Room)];
  long spacing, count = 0;

  explicit stretch_list(long every) : spacing(every) {}
  void clear() { count = 0; }
  void add(long first, long length) {
    if (count > 0 && items[count - 1].first + items[count - 1].length * spacing == first) items[count - 1].length += length;
    else items[count++] = {first, length};
  }
  operator reduction() const { return {items, count, spacing}; }
};

/// What comes from far away next: tiles ask for it between their multiplications, some cache lines at every second step, because many at once would keep
/// them waiting.
template <class T>
struct lookahead {
  static constexpr long line = 64 / static_cast<long>(sizeof(T));
  const T* next = nullptr;
  const T* end = nullptr;
  long lines = 0;

  lookahead() = default;
  /// All of `elements` from `first` on, by `tiles` tiles of `steps` steps each.
  lookahead(const T* first, long elements, long tiles, long steps) : next(first), end(first + elements) {
    const long requests = tiles * (steps / 2);
    if (requests > 0) lines = (elements / line + requests - 1) / requests;
  }
};

/// c[i][column + j] (+)= finished[i][j] for the first `rows` rows and `columns` columns of a tile whose rows lie `distance` apart.
template <class T>
SLIM_ONE_COPY void store_part(const T* finished, long distance, T* const* c, long column, int rows, long columns, bool accumulate) {
  for (int i = 0; i < rows; ++i, finished += distance)
    simd::for_each_stretch<T>(columns, [&](long j, long count) {
      T* const out = c[i] + column + j;
      const simd::batch<T> sum = simd::load(finished + j);
      simd::store(out, accumulate ? simd::load<T>(out, count) + sum : sum, count);
    });
}

/// c[i][column + j] (+)= Σ_e rows[i][step e] · panel[e][j] over all steps in order, for `Rows` rows and `Vectors` vectors of columns. The panel holds
/// `tile_columns` elements per step. All `Rows` pointers must be readable (repeat one to fill up); only the first `valid_rows` rows and
/// `valid_columns` columns from `column` on are written. With `accumulate` the finished sum is added to c.
template <class T, int Rows, int Vectors>
SLIM_ONE_COPY void tile(const reduction& steps, const T* const* rows, const T* SLIM_RESTRICT panel, T* const* c, long column, int valid_rows,
                        long valid_columns, bool accumulate, lookahead<T>& ahead) {
  using vector = simd::batch<T>;
  constexpr long width = simd::width<T>;

  const T* row[room_for(Rows)];
  vector sums[room_for(Rows)][room_for(Vectors)];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    row[i] = rows[i];
    simd::prefetch_for_write(c[i] + column);
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) sums[i][v] = simd::broadcast(T{});
  }

  const auto add = [&](long at, const T* values) SLIM_INLINED {
    vector columns[room_for(Vectors)];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) columns[v] = simd::load(values + v * width);
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) simd::pin(columns[v]);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      vector scalar = simd::broadcast(row[i][at]);
      simd::pin(scalar);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums[i][v] = simd::multiply_add(scalar, columns[v], sums[i][v]);
    }
  };
  const long spacing = steps.spacing, lines = ahead.next < ahead.end ? ahead.lines : 0;
  const T* next = ahead.next;
  for (const stretch *s = steps.stretches, *last = s + steps.count; s != last; ++s) {
    long at = s->first, left = s->length;
    // Two steps at a time: where a core's other thread takes half of its instruction slots, the loop's own instructions count.
    for (; left >= 2; left -= 2, panel += 2 * tile_columns<T>) {
      for (long l = 0; l < lines; ++l, next += lookahead<T>::line) simd::prefetch_to_second_level(next);
      add(at, panel);
      at += spacing;
      add(at, panel + tile_columns<T>);
      at += spacing;
    }
    if (left > 0) add(at, panel), panel += tile_columns<T>;
  }
  ahead.next = next;

  if (valid_rows == Rows && valid_columns >= Vectors * width) {
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        T* out = c[i] + column + v * width;
        simd::store(out, accumulate ? simd::load(out) + sums[i][v] : sums[i][v]);
      }
    return;
  }
  alignas(64) T finished[room_for(Rows)][room_for(Vectors * width)];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) simd::store(finished[i] + v * width, sums[i][v]);
  store_part<T>(finished[0], Vectors * width, c, column, valid_rows, valid_columns, accumulate);
}

/// Rows of the next tile where `left` are left, for so many columns: a full tile, or one of a row less where such tiles and full ones take all of them.
/// Half-empty panels have no tile of that height.
template <class T>
constexpr int rows_of_tile(long left, long columns) {
  const long over = left % tile_rows, shorter = tile_rows - over;
  const bool fits = over != 0 && 2 * over != tile_rows && left >= shorter * (tile_rows - 1) && 2 * columns > tile_columns<T>;
  return fits ? tile_rows - 1 : static_cast<int>(left < tile_rows ? left : tile_rows);
}

/// Rows of the tile that makes `rows` of so many columns: what is stored where there is room behind the last of them.
template <class T>
constexpr int rows_made(int rows, long columns) {
  return rows <= tile_rows / 2 ? tile_rows / 2 : rows < tile_rows && 2 * columns > tile_columns<T> ? tile_rows - 1 : tile_rows;
}

/// One tile against each of consecutive panels, `depth` steps deep, of a group; `columns` may end inside the last panel. Short tiles and half-empty panels take
/// a smaller kernel. `rows` and `c` have `tile_rows` pointers: repeat one to fill up.
template <class T>
void tile_row(const reduction& steps, long depth, const T* const* rows, const T* panels, T* const* c, int valid_rows, long columns, bool accumulate,
              lookahead<T>& ahead) {
  const long panel_size = depth * tile_columns<T>;
  for (long first = 0; first < columns; first += tile_columns<T>, panels += panel_size) {
    const long valid = columns - first < tile_columns<T> ? columns - first : tile_columns<T>;
    if (valid_rows <= tile_rows / 2) tile<T, tile_rows / 2, tile_vectors<T>>(steps, rows, panels, c, first, valid_rows, valid, accumulate, ahead);
    else if (2 * valid <= tile_columns<T>) tile<T, tile_rows, tile_vectors<T> / 2>(steps, rows, panels, c, first, valid_rows, valid, accumulate, ahead);
    else if (valid_rows < tile_rows) tile<T, tile_rows - 1, tile_vectors<T>>(steps, rows, panels, c, first, valid_rows, valid, accumulate, ahead);
    else tile<T, tile_rows, tile_vectors<T>>(steps, rows, panels, c, first, valid_rows, valid, accumulate, ahead);
  }
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
