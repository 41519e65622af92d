#pragma once
#include "slim/core/begin.hpp"
// Products of row-major matrices for fully connected layers, and their gradients.

#include "slim/kernel/dot_tile.hpp"
#include "slim/kernel/few_rows.hpp"
#include "slim/kernel/tap_contraction.hpp"
#include "slim/kernel/tap_weights_gradient.hpp"
#include "slim/kernel/transposed_product.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Steps per packed panel: shallow, so that a group is wide and b is read in long pieces of its rows.
inline constexpr long matmul_depth = 256;

/// Whether a matrix that is packed for so many rows at most serves few of them: sums must be cut as multiply_few_rows does, whatever the number of rows.
template <class T>
constexpr bool serves_few_rows(long most_rows, long inner) {
  if (most_rows > few_rows) return false;
  return contraction_blocking<T>(matmul_grid(few_rows, inner, 1), reduction_limit, few_rows).depth() == few_rows_steps(inner);
}

/// Elements of b (inner × columns) packed ahead.
template <class T>
constexpr long packed_matrix_elements(long inner, long columns) {
  return inner * padded_columns<T>(columns);
}

/// Packs b for calls of matmul with at most so many rows while it does not change.
template <class T>
void pack_matrix(long most_rows, long inner, long columns, const T* b, T* packed, int threads) {
  pack_weights(matmul_grid(most_rows, inner, columns), tap_weights<T>{b, 1, false}, packed, threads,
               serves_few_rows<T>(most_rows, inner) ? reduction_limit : matmul_depth);
}

/// What pack_matrix made of a matrix for at most so many rows; empty: nothing.
template <class T>
struct packed_matrix {
  const T* panels = nullptr;
  long most_rows = 0;
};

/// c (rows × columns) = a (rows × inner) · b (inner × columns). b is read once per call for up to some hundred rows; `packed` is used where that is faster, and
/// gives the same bits.
template <class T>
SLIM_ONE_COPY void matmul(long rows, long inner, long columns, const T* a, const T* b, const packed_matrix<T>& packed, T* c, const epilogue<T>& after,
                          int threads) {
  const bool few = packed.panels != nullptr && serves_few_rows<T>(packed.most_rows, inner);
  if (rows <= (few ? few_rows_ahead : few_rows)) return multiply_few_rows(rows, inner, columns, a, b, c, after, threads);
  contract_taps(matmul_grid(rows, inner, columns), a, tap_weights<T>{b, 1, false, packed.panels}, c, after, threads, few ? reduction_limit : matmul_depth);
}

/// True when transposing b into panels pays: where dc would be packed again and again, where its last panel, or half of one, would be filled up with much, or
/// where b is small. Measured, see docs/kernels.md.
template <class T>
constexpr bool prefers_transposed_panels(long rows, long inner, long columns) {
  const long over = rows % tile_columns<T>, half = tile_columns<T> / 2, filled_up = over > half ? tile_columns<T> - over : over > 0 ? half - over : 0;
  return rows > 256 || inner * columns <= (rows > 64 ? 1 << 18 : 1 << 14) || filled_up > 16;
}

/// da (rows × inner) = dc (rows × columns) · bᵀ, with b (inner × columns).
template <class T>
void matmul_data_gradient(long rows, long inner, long columns, const T* dc, const T* b, T* da, const epilogue<T>& after, int threads) {
  if (prefers_dot_tiles(rows, columns)) multiply_transposed_few_rows(rows, inner, columns, dc, b, da, after, threads);
  else if (prefers_transposed_panels<T>(rows, inner, columns))
    contract_taps(matmul_grid(rows, columns, inner), dc, tap_weights<T>{b, 1, true}, da, after, threads);
  else multiply_transposed(rows, inner, columns, dc, b, da, after, threads);
}

/// db (inner × columns) = aᵀ · dc, a (rows × inner), dc (rows × columns); overwrites db.
template <class T>
void matmul_weights_gradient(long rows, long inner, long columns, const T* a, const T* dc, T* db, int threads) {
  contract_weights(matmul_grid(rows, inner, columns), a, dc, db, threads);
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
