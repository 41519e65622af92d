#pragma once
#include "slim/core/begin.hpp"
// Recurrent layers over whole sequences. Each sum is taken in one order (bias, input, state; each from the first element on), whatever the number of
// examples and steps: a sequence has the same bits as its steps one by one.

#include <cstring>

#include "slim/core/room_for.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"
#include "slim/simd/math.hpp"

namespace slim::kernel {

/// lstm: gates i, f, c, o. gru: gates z, r, h, where r scales what the state gives to h (Keras's reset_after, PyTorch). simple_rnn: one, tanh.
enum class recurrent_cell : unsigned char { simple_rnn, gru, lstm };

struct recurrence_geometry {
  recurrent_cell cell = recurrent_cell::simple_rnn;
  long time = 1, inputs = 1, units = 1;

  constexpr long gates() const { return cell == recurrent_cell::lstm ? 4 : cell == recurrent_cell::gru ? 3 : 1; }
  /// Columns of the gradient: gru has one more, for the state's part of h is scaled.
  constexpr long gradient_columns() const { return (cell == recurrent_cell::simple_rnn ? 1 : 4) * units; }
  constexpr long biases() const { return cell == recurrent_cell::gru ? 2 * gates() * units : gates() * units; }
  /// Rows of a state: lstm has the cell's beside the output.
  constexpr long state_rows() const { return cell == recurrent_cell::lstm ? 2 : 1; }
  /// Rows of the result with a state: those of all steps, and the cell's last one.
  constexpr long result_rows(bool with_state) const { return time + (with_state ? state_rows() - 1 : 0); }
};

/// Steps whose inputs are multiplied ahead, and examples that go together.
inline constexpr long recurrence_block = 32, recurrence_rows = 4;

inline namespace SLIM_LEVEL {

/// What the kernel is given besides its geometry. `bias` and `state` may be null: zeros.
template <class T>
struct recurrence_operands {
  const T *x, *weights, *recurrent, *bias, *state;
};

namespace detail {

template <class T>
SLIM_ALWAYS_INLINE simd::batch<T> logistic(const simd::batch<T>& x) {
  if constexpr (sizeof(T) <= 4)
    return simd::multiply_add(simd::broadcast(T(0.5)), simd::hyperbolic_tangent(simd::broadcast(T(0.5)) * x), simd::broadcast(T(0.5)));
  else return simd::quotient(simd::broadcast(T(1)), simd::broadcast(T(1)) + simd::exponential(-x));
}

/// Rows × Vectors sums of c = c + a · b in registers; `lanes` of the last vector.
template <class T, int Rows, int Vectors>
SLIM_ALWAYS_INLINE void add_product_tile(long inner, const T* a, long a_row, const T* b, long b_row, T* c, long c_row, long lanes) {
  simd::batch<T> sums[room_for(Rows)][room_for(Vectors)];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) sums[i][v] = simd::load(c + i * c_row + v * simd::width<T>, v + 1 < Vectors ? simd::width<T> : lanes);
  for (long e = 0; e < inner; ++e) {
    simd::batch<T> row[room_for(Vectors)];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) row[v] = simd::load(b + e * b_row + v * simd::width<T>, v + 1 < Vectors ? simd::width<T> : lanes);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const auto scale = simd::broadcast(a[i * a_row + e]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums[i][v] = simd::multiply_add(scale, row[v], sums[i][v]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) simd::store(c + i * c_row + v * simd::width<T>, sums[i][v], v + 1 < Vectors ? simd::width<T> : lanes);
}

template <class T, int Rows>
void add_product_rows(long inner, long columns, const T* a, long a_row, const T* b, long b_row, T* c, long c_row) {
  constexpr int vectors = 8 / Rows;
  constexpr long wide = simd::width<T>;
  long j = 0;
  for (; j + vectors * wide <= columns; j += vectors * wide) add_product_tile<T, Rows, vectors>(inner, a, a_row, b + j, b_row, c + j, c_row, wide);
  for (; j < columns; j += wide) add_product_tile<T, Rows, 1>(inner, a, a_row, b + j, b_row, c + j, c_row, smaller(wide, columns - j));
}

/// c (rows × columns) += a (rows × inner) · b (inner × columns); rows of each lie so far apart.
template <class T>
void add_product(long rows, long inner, long columns, const T* a, long a_row, const T* b, long b_row, T* c, long c_row) {
  long i = 0;
  for (; i + 4 <= rows; i += 4) add_product_rows<T, 4>(inner, columns, a + i * a_row, a_row, b, b_row, c + i * c_row, c_row);
  for (; i < rows; ++i) add_product_rows<T, 1>(inner, columns, a + i * a_row, a_row, b, b_row, c + i * c_row, c_row);
}

/// Rows that begin with `bias`, or zeros.
template <class T>
void fill_rows(long rows, long columns, const T* bias, T* c, long c_row) {
  for (long i = 0; i < rows; ++i)
    if (bias != nullptr) std::memcpy(c + i * c_row, bias, static_cast<std::size_t>(columns) * sizeof(T));
    else std::memset(c + i * c_row, 0, static_cast<std::size_t>(columns) * sizeof(T));
}

/// One step of one example: h from `gates`, the sums; for gru the state's part of h apart; `c`, the cell, is replaced.
template <class T>
void recurrent_step(const recurrence_geometry& g, const T* gates, const T* apart, const T* before, T* c, T* h) {
  const long u = g.units;
  simd::for_each_stretch<T>(u, [&](long j, long lanes) {
    const auto at = [&](long gate) { return simd::load(gates + gate * u + j, lanes); };
    if (g.cell == recurrent_cell::lstm) {
      const auto next = simd::multiply_add(logistic<T>(at(1)), simd::load(c + j, lanes), logistic<T>(at(0)) * simd::hyperbolic_tangent(at(2)));
      simd::store(c + j, next, lanes);
      simd::store(h + j, logistic<T>(at(3)) * simd::hyperbolic_tangent(next), lanes);
    } else if (g.cell == recurrent_cell::gru) {
      const auto keep = logistic<T>(at(0)), fresh = simd::hyperbolic_tangent(simd::multiply_add(logistic<T>(at(1)), simd::load(apart + j, lanes), at(2)));
      simd::store(h + j, simd::multiply_add(keep, simd::load(before + j, lanes) - fresh, fresh), lanes);
    } else {
      simd::store(h + j, simd::hyperbolic_tangent(at(0)), lanes);
    }
  });
}

/// The gates of all steps of one example from its outputs, and its cells: `sums` has rows of the gradient's width.
template <class T>
void gates_again(const recurrence_geometry& g, const recurrence_operands<T>& in, long example, const T* first, const T* h, T* cells, T* sums) {
  const long u = g.units, columns = g.gates() * u, wide = g.gradient_columns(), split = g.cell == recurrent_cell::gru ? 2 * u : columns;
  const T* const apart_bias = in.bias != nullptr ? in.bias + columns : nullptr;
  const auto add_state = [&](long from, long count, long to) {
    if (in.state != nullptr) add_product(1, u, count, first, u, in.recurrent + from, columns, sums + to, wide);
    if (g.time > 1) add_product(g.time - 1, u, count, h, u, in.recurrent + from, columns, sums + wide + to, wide);
  };
  fill_rows(g.time, columns, in.bias, sums, wide);
  add_product(g.time, g.inputs, columns, in.x + example * g.time * g.inputs, g.inputs, in.weights, columns, sums, wide);
  add_state(0, split, 0);
  if (g.cell == recurrent_cell::gru) {
    fill_rows(g.time, u, apart_bias != nullptr ? apart_bias + split : nullptr, sums + columns, wide);
    add_state(split, u, columns);
  }
  for (long t = 0; t < g.time; ++t) {
    T* const now = sums + t * wide;
    if (g.cell == recurrent_cell::gru && apart_bias != nullptr)
      for (long j = 0; j < split; ++j) now[j] += apart_bias[j];
    for (long gate = 0; gate < g.gates() && g.cell != recurrent_cell::simple_rnn; ++gate)
      simd::for_each_stretch<T>(u, [&](long j, long lanes) {
        T* const at = now + gate * u + j;
        const auto z = simd::load(at, lanes);
        if (gate == 2 && g.cell == recurrent_cell::gru)
          simd::store(at, simd::hyperbolic_tangent(simd::multiply_add(simd::load(now + u + j, lanes), simd::load(now + columns + j, lanes), z)), lanes);
        else simd::store(at, gate == 2 ? simd::hyperbolic_tangent(z) : logistic<T>(z), lanes);
      });
    if (g.cell == recurrent_cell::lstm)
      simd::for_each_stretch<T>(u, [&](long j, long lanes) {
        const auto at = [&](long gate) { return simd::load(now + gate * u + j, lanes); };
        simd::store(cells + (t + 1) * u + j, simd::multiply_add(at(1), simd::load(cells + t * u + j, lanes), at(0) * at(2)), lanes);
      });
  }
}

}  // namespace detail

/// Scratch elements of one thread of `recurrence` and of its gradient.
constexpr long recurrence_workspace(const recurrence_geometry& g) { return recurrence_rows * (recurrence_block * g.gates() + 4) * g.units; }
constexpr long recurrence_gradient_workspace(const recurrence_geometry& g) { return (g.gates() * g.units + recurrence_rows * (g.time + 3) + 1) * g.units; }

/// y, the outputs of all steps of each example; with a state one row more for lstm: its last cell.
template <class T>
void recurrence(const recurrence_geometry& g, long examples, const recurrence_operands<T>& in, T* y, T* workspace, int threads) {
  const long u = g.units, columns = g.gates() * u, rows_of_y = g.result_rows(in.state != nullptr), split = g.cell == recurrent_cell::gru ? 2 * u : columns;
  const T* const apart_bias = in.bias != nullptr ? in.bias + columns : nullptr;
  const long together = threads > 1 ? smaller(recurrence_rows, larger(examples / threads, 1)) : recurrence_rows;
  parallel_for(parts_of(examples, together), 2.0 * static_cast<double>(together * g.time * columns * (g.inputs + u)), threads, [&](long task, int thread) {
    const long first = task * together, rows = smaller(together, examples - first), block = smaller(recurrence_block, g.time);
    T* const gates = workspace + thread * recurrence_workspace(g);
    T* const apart = gates + recurrence_rows * recurrence_block * columns;
    T* const cell = apart + recurrence_rows * u;
    T* const zeros = cell + recurrence_rows * u;
    if (in.state == nullptr) std::memset(zeros, 0, static_cast<std::size_t>(rows * u) * sizeof(T));
    const T* before = in.state != nullptr ? in.state + first * g.state_rows() * u : zeros;
    long before_row = in.state != nullptr ? g.state_rows() * u : u;
    if (g.cell == recurrent_cell::lstm)
      for (long i = 0; i < rows; ++i)
        std::memcpy(cell + i * u, in.state != nullptr ? before + i * before_row + u : zeros, static_cast<std::size_t>(u) * sizeof(T));
    for (long t = 0; t < g.time; ++t) {
      if (t % block == 0) {
        const long steps = smaller(block, g.time - t);
        for (long i = 0; i < rows; ++i) {
          detail::fill_rows(steps, columns, in.bias, gates + i * block * columns, columns);
          detail::add_product(steps, g.inputs, columns, in.x + ((first + i) * g.time + t) * g.inputs, g.inputs, in.weights, columns,
                              gates + i * block * columns, columns);
        }
      }
      T* const now = gates + t % block * columns;
      detail::add_product(rows, u, split, before, before_row, in.recurrent, columns, now, block * columns);
      if (g.cell == recurrent_cell::gru) {
        detail::fill_rows(rows, u, apart_bias != nullptr ? apart_bias + split : nullptr, apart, u);
        detail::add_product(rows, u, u, before, before_row, in.recurrent + split, columns, apart, u);
        if (apart_bias != nullptr)
          for (long i = 0; i < rows; ++i)
            for (long j = 0; j < split; ++j) now[i * block * columns + j] += apart_bias[j];
      }
      T* const h = y + (first * rows_of_y + t) * u;
      for (long i = 0; i < rows; ++i)
        detail::recurrent_step(g, now + i * block * columns, apart + i * u, before + i * before_row, cell + i * u, h + i * rows_of_y * u);
      before = h, before_row = rows_of_y * u;
    }
    if (rows_of_y > g.time)
      for (long i = 0; i < rows; ++i) std::memcpy(y + ((first + i) * rows_of_y + g.time) * u, cell + i * u, static_cast<std::size_t>(u) * sizeof(T));
  });
}

/// dz, the gradient of the sums of all gates at all steps, from y and dy: [time, 4·units], for simple_rnn [time, units]. Of gru they are z, r, the input's part
/// of h and the state's. With a state one row more, which begins with the gradient of that. The sums are computed again, from y and without waiting for each
/// other.
template <class T>
void recurrence_gradient(const recurrence_geometry& g, long examples, const recurrence_operands<T>& in, const T* y, const T* dy, T* dz, T* workspace,
                         int threads) {
  const long u = g.units, columns = g.gates() * u, wide = g.gradient_columns(), split = g.cell == recurrent_cell::gru ? 2 * u : columns;
  const long rows_of_y = g.result_rows(in.state != nullptr), rows_of_dz = g.time + (in.state != nullptr ? 1 : 0);
  const long together = threads > 1 ? smaller(recurrence_rows, larger(examples / threads, 1)) : recurrence_rows;
  parallel_for(parts_of(examples, together), 8.0 * static_cast<double>(together * g.time * columns * (g.inputs + u)), threads, [&](long task, int thread) {
    const long begin = task * together, rows = smaller(together, examples - begin);
    T* const turned = workspace + thread * recurrence_gradient_workspace(g);  // recurrentᵀ [columns, units]
    T* const cells = turned + columns * u;                                    // of each example time + 1 rows; the first is before the first step
    T* const from_later = cells + recurrence_rows * (g.time + 1) * u;
    T* const cell_from_later = from_later + recurrence_rows * u;
    T* const zeros = cell_from_later + recurrence_rows * u;
    for (long i = 0; i < u; ++i)
      for (long j = 0; j < columns; ++j) turned[j * u + i] = in.recurrent[i * columns + j];
    std::memset(from_later, 0, static_cast<std::size_t>((2 * recurrence_rows + 1) * u) * sizeof(T));
    const auto first = [&](long i) { return in.state != nullptr ? in.state + (begin + i) * g.state_rows() * u : zeros; };
    const auto outputs = [&](long i) { return y + (begin + i) * rows_of_y * u; };
    const auto slopes = [&](long i) { return dy + (begin + i) * rows_of_y * u; };
    const auto sums = [&](long i) { return dz + (begin + i) * rows_of_dz * wide; };
    for (long i = 0; i < rows; ++i) {
      std::memcpy(cells + i * (g.time + 1) * u, in.state != nullptr && g.cell == recurrent_cell::lstm ? first(i) + u : zeros,
                  static_cast<std::size_t>(u) * sizeof(T));
      if (rows_of_y > g.time) std::memcpy(cell_from_later + i * u, slopes(i) + g.time * u, static_cast<std::size_t>(u) * sizeof(T));
      detail::gates_again(g, in, (begin + i), first(i), outputs(i), cells + i * (g.time + 1) * u, sums(i));
    }
    const auto one = simd::broadcast(T(1));
    for (long t = g.time - 1; t >= 0; --t) {
      for (long row = 0; row < rows; ++row) {
        T* const now = sums(row) + t * wide;
        const T* const before = t > 0 ? outputs(row) + (t - 1) * u : first(row);
        const T* const cell = cells + (row * (g.time + 1) + t) * u;
        simd::for_each_stretch<T>(u, [&](long j, long lanes) {
          const auto at = [&](long gate) { return simd::load(now + gate * u + j, lanes); };
          const auto put = [&](long gate, const simd::batch<T>& value) { simd::store(now + gate * u + j, value, lanes); };
          const auto dh = simd::load(slopes(row) + t * u + j, lanes) + simd::load(from_later + row * u + j, lanes);
          simd::batch<T> kept = simd::broadcast(T(0));
          if (g.cell == recurrent_cell::lstm) {
            const auto i = at(0), f = at(1), c = at(2), o = at(3), bent = simd::hyperbolic_tangent(simd::load(cell + u + j, lanes));
            const auto dc = simd::load(cell_from_later + row * u + j, lanes) + dh * o * (one - bent * bent);
            put(0, dc * c * i * (one - i)), put(1, dc * simd::load(cell + j, lanes) * f * (one - f)), put(2, dc * i * (one - c * c)),
                put(3, dh * bent * o * (one - o));
            simd::store(cell_from_later + row * u + j, dc * f, lanes);
          } else if (g.cell == recurrent_cell::gru) {
            const auto z = at(0), r = at(1), fresh = at(2), apart = at(3);
            const auto inside = dh * (one - z) * (one - fresh * fresh);
            put(0, dh * (simd::load(before + j, lanes) - fresh) * z * (one - z)), put(1, inside * apart * r * (one - r)), put(2, inside), put(3, inside * r);
            kept = dh * z;
          } else {
            const auto out = simd::load(outputs(row) + t * u + j, lanes);
            put(0, dh * (one - out * out));
          }
          simd::store(from_later + row * u + j, kept, lanes);
        });
      }
      if (t == 0 && in.state == nullptr) break;
      T* const now = sums(0) + t * wide;
      detail::add_product(rows, split, u, now, rows_of_dz * wide, turned, u, from_later, u);
      if (g.cell == recurrent_cell::gru) detail::add_product(rows, u, u, now + columns, rows_of_dz * wide, turned + split * u, u, from_later, u);
    }
    for (long i = 0; i < rows && in.state != nullptr; ++i) {
      T* const of_state = sums(i) + g.time * wide;
      detail::fill_rows<T>(1, wide, nullptr, of_state, wide);
      std::memcpy(of_state, from_later + i * u, static_cast<std::size_t>(u) * sizeof(T));
      if (g.cell == recurrent_cell::lstm) std::memcpy(of_state + u, cell_from_later + i * u, static_cast<std::size_t>(u) * sizeof(T));
    }
  });
}

}  // namespace SLIM_LEVEL

}  // namespace slim::kernel

#include "slim/core/end.hpp"
