#pragma once
#include "slim/core/begin.hpp"
// Products of matrices that are small enough for the first-level caches, with sizes known at compile time: nothing is packed, nothing is
// forked, every loop but that over the rows has a constant length. For networks of some thousand parameters, where the work of a step
// is less than the overhead of the general kernels.

#include "slim/core/config.hpp"
#include "slim/core/room_for.hpp"
#include "slim/simd/batch.hpp"

#include <type_traits>

namespace slim::kernel::inline SLIM_LEVEL {

namespace detail {

/// How vectors cover a row of `Columns` numbers: from end to end; when the row is no multiple of a vector, the last one overlaps its
/// neighbour, and in a row shorter than a vector reaches into the next row.
template <class T, long Columns>
struct row_cover {
  static constexpr long wide = simd::width<T>;
  static constexpr int vectors = static_cast<int>((Columns + wide - 1) / wide);
  static constexpr long at(int v) { return (v + 1) * wide > Columns && Columns >= wide ? Columns - wide : v * wide; }

  /// Vector `v` of row `row`; behind the last row of the matrix nothing is read.
  SLIM_ALWAYS_INLINE static simd::batch<T> load(const T* matrix, long row, long rows, int v) {
    if constexpr (Columns < wide)
      if (row * Columns + wide > rows * Columns) return simd::load_first(matrix + row * Columns, Columns);
    return simd::load(matrix + row * Columns + at(v));
  }
  /// The same for writing: rows must be written in ascending order, since a short one spills into the next.
  SLIM_ALWAYS_INLINE static void store(T* matrix, long row, long rows, int v, const simd::batch<T>& value) {
    if constexpr (Columns < wide)
      if (row * Columns + wide > rows * Columns) return simd::store_first(matrix + row * Columns, value, Columns);
    simd::store(matrix + row * Columns + at(v), value);
  }
};

/// Vectors of columns, and rows, of one register tile: its sums, the vectors of columns and a factor fit the registers.
template <class T>
inline constexpr int small_group = simd::registers<T> >= 32 ? 4 : 2;
template <class T>
inline constexpr int small_rows = simd::registers<T> >= 32 ? 5 : 6;
/// Vectors of columns where there is one row.
inline constexpr int one_row_group = 4;

/// result[i][columns of group] = Σ over k < depth of left(i, k) · matrix[k][columns], for `Rows` rows from `first`. The sum runs in
/// `Chains` parts, so that a tile with few sums does not wait for each multiplication. `Partial`: there are only `rows` of them.
template <class T, long Columns, int Rows, int Group, int Chains, bool Partial = false, class Left>
SLIM_ALWAYS_INLINE void small_tile(long depth, Left left, const T* matrix, long first, long rows, int vector, T* result) {
  using cover = row_cover<T, Columns>;
  simd::batch<T> sums[room_for(Chains)][room_for(Rows)][room_for(Group)];
#pragma GCC unroll 8
  for (int chain = 0; chain < Chains; ++chain)
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < Group; ++v) sums[chain][i][v] = simd::broadcast(T{});
  const auto add = [&](long k, simd::batch<T>(&to)[room_for(Rows)][room_for(Group)]) SLIM_INLINED {
    simd::batch<T> columns[room_for(Group)];
#pragma GCC unroll 8
    for (int v = 0; v < Group; ++v) columns[v] = cover::load(matrix, k, depth, vector + v);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const simd::batch<T> scalar = simd::broadcast(left(first + i, k));
#pragma GCC unroll 8
      for (int v = 0; v < Group; ++v) to[i][v] = simd::multiply_add(scalar, columns[v], to[i][v]);
    }
  };
  long k = 0;
  for (; k + Chains <= depth; k += Chains)
#pragma GCC unroll 8
    for (int chain = 0; chain < Chains; ++chain) add(k + chain, sums[chain]);
  for (; k < depth; ++k) add(k, sums[0]);
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int v = 0; v < Group; ++v) {
      if (Partial && i >= rows) return;
      simd::batch<T> total = sums[0][i][v];
#pragma GCC unroll 8
      for (int chain = 1; chain < Chains; ++chain) total += sums[chain][i][v];
      cover::store(result, first + i, rows, vector + v, total);
    }
}

template <class T, long Columns, int Group, class Left>
SLIM_ALWAYS_INLINE void small_column_group(long depth, Left left, const T* matrix, long rows, int vector, T* result) {
  constexpr int tall = small_rows<T>;
  long row = 0;
  for (; row + tall <= rows; row += tall) small_tile<T, Columns, tall, Group, 1>(depth, left, matrix, row, rows, vector, result);
  if (row == rows) return;
  if (rows - row == 1) return small_tile<T, Columns, 1, Group, 8 / Group>(depth, left, matrix, row, rows, vector, result);
  if (row > 0) return small_tile<T, Columns, tall, Group, 1>(depth, left, matrix, rows - tall, rows, vector, result);  // some rows again
  const auto last_again = [&](long i, long k) { return left(i < rows ? i : rows - 1, k); };
  small_tile<T, Columns, tall, Group, 1, true>(depth, last_again, matrix, 0, rows, vector, result);
}

/// Calls body(vector, group) for groups of vectors that cover a row of `Columns`: `Most` vectors each, and the rest.
template <class T, long Columns, int Most, class Body>
SLIM_ALWAYS_INLINE void for_each_group(Body&& body) {
  constexpr int vectors = row_cover<T, Columns>::vectors;
  int vector = 0;
  for (; vector + Most <= vectors; vector += Most) body(vector, std::integral_constant<int, Most>{});
  if constexpr (vectors % Most != 0) body(vector, std::integral_constant<int, vectors % Most>{});
}

/// result (rows × Columns) = left (rows × depth) · matrix (depth × Columns).
template <class T, long Columns, class Left>
SLIM_ALWAYS_INLINE void small_product(long rows, long depth, Left left, const T* matrix, T* result) {
  if (one_row_group != small_group<T> && rows == 1)
    return for_each_group<T, Columns, one_row_group>(
        [&](int vector, auto group) SLIM_INLINED { small_tile<T, Columns, 1, group, 8 / group>(depth, left, matrix, 0, 1, vector, result); });
  for_each_group<T, Columns, small_group<T>>([&](int vector, auto group)
                                                 SLIM_INLINED { small_column_group<T, Columns, group>(depth, left, matrix, rows, vector, result); });
}

}  // namespace detail

/// c (rows × Columns) = a (rows × Inner) · b (Inner × Columns).
template <class T, long Inner, long Columns>
void small_matmul(long rows, const T* SLIM_RESTRICT a, const T* SLIM_RESTRICT b, T* SLIM_RESTRICT c) {
  detail::small_product<T, Columns>(rows, Inner, [a](long i, long k) { return a[i * Inner + k]; }, b, c);
}

/// db (Inner × Columns) = aᵀ · dc, a (rows × Inner), dc (rows × Columns), in strips of rows that fit the first-level cache: `to(begin, end)` is where rows
/// [begin, end) go, and `use(begin, end)` is called when they are there.
template <class T, long Inner, long Columns, class To, class Use>
void small_matmul_weights_gradient(long rows, const T* SLIM_RESTRICT a, const T* SLIM_RESTRICT dc, To to, Use use) {
  constexpr long tall = detail::small_rows<T>, room = 16 * 1024 / static_cast<long>(sizeof(T)),
                 strip = (room > tall * Columns ? room / (tall * Columns) : 1) * tall;
  for (long begin = 0; begin < Inner; begin += strip) {
    const long end = begin + strip < Inner ? begin + strip : Inner;
    detail::small_product<T, Columns>(end - begin, rows, [a, begin](long i, long k) { return a[k * Inner + begin + i]; }, dc, to(begin, end));
    use(begin, end);
  }
}

/// Rows from which b is transposed once instead of taking the sums of vectors for each row.
inline constexpr long small_transposing_rows = 8;

/// da (rows × Inner) = dc (rows × Columns) · bᵀ.
template <class T, long Inner, long Columns>
void small_matmul_data_gradient(long rows, const T* SLIM_RESTRICT dc, const T* SLIM_RESTRICT b, T* SLIM_RESTRICT da) {
  constexpr long room = 4096;
  if constexpr (Inner * Columns <= room)
    if (rows >= small_transposing_rows) {
      alignas(64) T turned[room_for(Inner * Columns)];
      for (long i = 0; i < Inner; ++i)
        for (long j = 0; j < Columns; ++j) turned[j * Inner + i] = b[i * Columns + j];
      return detail::small_product<T, Inner>(rows, Columns, [dc](long i, long k) { return dc[i * Columns + k]; }, turned, da);
    }
  constexpr long wide = simd::width<T>, whole = Columns / wide * wide;
  for (long row = 0; row < rows; ++row) {
    const T* const d = dc + row * Columns;
    const simd::batch<T> rest = whole < Columns ? simd::load_first(d + whole, Columns - whole) : simd::broadcast(T{});
    for (long i = 0; i < Inner; i += wide) {
      simd::batch<T> sums[room_for(wide)];
      for (long k = 0; k < wide; ++k) {
        const long at = i + k < Inner ? i + k : Inner - 1;
        simd::batch<T> sum = simd::broadcast(T{});
        for (long j = 0; j < whole; j += wide) sum = simd::multiply_add(simd::load(d + j), simd::load(b + at * Columns + j), sum);
        if constexpr (whole < Columns) {
          // Lanes behind the row meet a zero, but must be numbers: behind the last rows nothing is read.
          const bool inside = at * Columns + whole + wide <= Inner * Columns;
          sum = simd::multiply_add(rest, inside ? simd::load(b + at * Columns + whole) : simd::load_first(b + at * Columns + whole, Columns - whole), sum);
        }
        sums[k] = sum;
      }
      simd::store(da + row * Inner + i, simd::sums_of(sums), Inner - i < wide ? Inner - i : wide);
    }
  }
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
