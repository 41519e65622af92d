#pragma once
#include "slim/core/begin.hpp"
// Softmax and softmax cross-entropy, row by row, stable for logits of any size.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"
#include "slim/simd/math.hpp"

#include <cmath>
#include <limits>

namespace slim::kernel::inline SLIM_LEVEL {

/// Operations that one exponential counts for in the decision to fork.
inline constexpr double exponential_operations = 30;

/// The two numbers that turn a row of logits into log-probabilities: log softmax = x − maximum − log(total).
template <class T>
struct row_normalizer {
  T maximum, total;
};

/// maximum = max x, total = Σ exp(x − maximum); `exponentials`, unless null, receives exp(x − maximum).
template <class T>
SLIM_ONE_COPY row_normalizer<T> normalize_row(long classes, const T* x, T* exponentials) {
  constexpr T lowest = -std::numeric_limits<T>::infinity();  // exp(lowest) = 0: lanes behind the row do not count
  auto largest = simd::broadcast(lowest), total = simd::broadcast(T{});
  simd::for_each_part<T>(classes, [&](long at, simd::part<T> lanes) { largest = simd::maximum(largest, simd::load(x + at, lanes, lowest)); });
  const T maximum = simd::maximum(largest);
  simd::for_each_part<T>(classes, [&](long at, simd::part<T> lanes) {
    const auto exponential = simd::exponential(simd::load(x + at, lanes, lowest) - simd::broadcast(maximum));
    total += exponential;
    if (exponentials != nullptr) simd::store(exponentials + at, exponential, lanes);
  });
  return {maximum, simd::sum(total)};
}

/// Rows of one task: small enough to share out, large enough that a task is no trifle.
inline constexpr long softmax_rows = 16;

/// `body(row)` for all rows, in parallel when they are many.
template <class Body>
void for_each_row(long rows, long classes, int threads, Body&& body) {
  const long tasks = parts_of(rows, softmax_rows);
  parallel_for(tasks, exponential_operations * static_cast<double>(softmax_rows * classes), threads, [&](long task) {
    for (long row = task * softmax_rows; row < smaller(rows, (task + 1) * softmax_rows); ++row) body(row);
  });
}

/// y = softmax(x) along each row of rows × classes. y may be x.
template <class T>
void softmax(long rows, long classes, const T* x, T* y, int threads) {
  for_each_row(rows, classes, threads, [&](long row) {
    T* out = y + row * classes;
    const auto scale = simd::broadcast(1 / normalize_row(classes, x + row * classes, out).total);
    simd::for_each_part<T>(classes, [&](long at, simd::part<T> lanes) { simd::store(out + at, simd::load<T>(out + at, lanes) * scale, lanes); });
  });
}

/// dx = y·(dy − Σ y·dy) along each row, with y = softmax(x). dx may be dy.
template <class T>
void softmax_gradient(long rows, long classes, const T* y, const T* dy, T* dx, int threads) {
  for_each_row(rows, classes, threads, [&](long row) {
    const T *p = y + row * classes, *d = dy + row * classes;
    auto products = simd::broadcast(T{});
    simd::for_each_part<T>(
        classes, [&](long at, simd::part<T> lanes) { products = simd::multiply_add(simd::load(p + at, lanes), simd::load(d + at, lanes), products); });
    const auto mean = simd::broadcast(simd::sum(products));
    simd::for_each_part<T>(classes, [&](long at, simd::part<T> lanes) {
      simd::store(dx + row * classes + at, simd::load(p + at, lanes) * (simd::load(d + at, lanes) - mean), lanes);
    });
  });
}

/// Rows with at most so many classes are worked on side by side, one in each lane: a vector along the row would be half empty.
inline constexpr long side_by_side_classes = 16;
/// The lengths of rows that a kernel is compiled for.
inline constexpr unsigned few_classes = 1, many_classes = 2;
constexpr unsigned row_lengths(long classes) { return classes <= side_by_side_classes ? few_classes : many_classes; }

/// `width` rows from `first`, one in each lane; behind the last row it is repeated, and not written.
template <class T>
struct side_by_side {
  long first, rows, classes;

  SLIM_ONE_COPY simd::batch<T> load(const T* matrix, long column) const {
    const T* const from = matrix + first * classes + column;
    const long last = smaller(rows - first, simd::width<T>) - 1;
    if (last == 0) return simd::broadcast(*from);  // one example, as where a net learns from what comes in
    alignas(64) T lanes[simd::width<T>];
    if (last + 1 == simd::width<T>)
      for (long lane = 0; lane < simd::width<T>; ++lane) lanes[lane] = from[lane * classes];
    else
      for (long lane = 0; lane < simd::width<T>; ++lane) lanes[lane] = from[smaller(lane, last) * classes];
    return simd::load(lanes);
  }
  SLIM_ONE_COPY void store(T* matrix, long column, const simd::batch<T>& value) const {
    alignas(64) T lanes[simd::width<T>];
    simd::store(lanes, value);
    for (long lane = 0; lane < simd::width<T> && first + lane < rows; ++lane) matrix[(first + lane) * classes + column] = lanes[lane];
  }
  /// One number of each row.
  simd::batch<T> load(const T* column) const { return side_by_side{first, rows, 1}.load(column, 0); }
  void store(T* column, const simd::batch<T>& value) const { side_by_side{first, rows, 1}.store(column, 0, value); }

  /// Of each row.
  struct normalizers {
    simd::batch<T> maximum, total;
  };
  /// exp(x − maximum) of each class, and their totals.
  SLIM_ONE_COPY normalizers normalize(const T* x, simd::batch<T>* exponentials) const {
    simd::batch<T> maximum = load(x, 0), total = simd::broadcast(T{});
    for (long c = 1; c < classes; ++c) maximum = simd::maximum(load(x, c), maximum);
    for (long c = 0; c < classes; ++c) {
      exponentials[c] = simd::exponential(load(x, c) - maximum);
      total += exponentials[c];
    }
    return {maximum, total};
  }
};

/// `body(side_by_side)` for all rows, in parallel when they are many.
template <class T, class Body>
void for_each_rows(long rows, long classes, int threads, Body&& body) {
  const long groups = parts_of(rows, simd::width<T>);
  parallel_for(groups, exponential_operations * static_cast<double>(simd::width<T> * classes), threads,
               [&](long group) { body(side_by_side<T>{group * simd::width<T>, rows, classes}); });
}

/// loss[row] = −Σ labels·log softmax(logits): labels are any distribution (or weights) over the classes.
template <class T, unsigned Rows = few_classes | many_classes>
void softmax_cross_entropy(long rows, long classes, const T* logits, const T* labels, T* loss, int threads) {
  if constexpr ((Rows & few_classes) != 0)
    if (classes <= side_by_side_classes)
      return for_each_rows<T>(rows, classes, threads, [&](const side_by_side<T>& some) {
        simd::batch<T> exponentials[side_by_side_classes];
        const auto [maximum, total] = some.normalize(logits, exponentials);
        const auto log_total = simd::logarithm(total);
        auto sum = simd::broadcast(T{});
        for (long c = 0; c < classes; ++c) sum = simd::multiply_add(some.load(labels, c), log_total - (some.load(logits, c) - maximum), sum);
        some.store(loss, sum);
      });
  if constexpr ((Rows & many_classes) != 0)
    for_each_row(rows, classes, threads, [&](long row) {
      const T *x = logits + row * classes, *l = labels + row * classes;
      const row_normalizer<T> normal = normalize_row(classes, x, static_cast<T*>(nullptr));
      const auto maximum = simd::broadcast(normal.maximum), log_total = simd::logarithm(simd::broadcast(normal.total));
      auto total = simd::broadcast(T{});
      simd::for_each_part<T>(classes, [&](long at, simd::part<T> lanes) {
        const auto surprise = log_total - (simd::load(x + at, lanes, normal.maximum) - maximum);
        total = simd::multiply_add(simd::load(l + at, lanes), surprise, total);
      });
      loss[row] = simd::sum(total);
    });
}

/// dlogits = dloss[row] · (softmax(logits)·Σ labels − labels). dlogits may be logits.
template <class T, unsigned Rows = few_classes | many_classes>
void softmax_cross_entropy_gradient(long rows, long classes, const T* logits, const T* labels, const T* dloss, T* dlogits, int threads) {
  if constexpr ((Rows & few_classes) != 0)
    if (classes <= side_by_side_classes)
      return for_each_rows<T>(rows, classes, threads, [&](const side_by_side<T>& some) {
        simd::batch<T> exponentials[side_by_side_classes];
        const auto total = some.normalize(logits, exponentials).total;
        auto label_sum = simd::broadcast(T{});
        for (long c = 0; c < classes; ++c) label_sum += some.load(labels, c);
        const auto scale = simd::quotient(label_sum, total), slope = some.load(dloss);
        for (long c = 0; c < classes; ++c) some.store(dlogits, c, (exponentials[c] * scale - some.load(labels, c)) * slope);
      });
  if constexpr ((Rows & many_classes) != 0)
    for_each_row(rows, classes, threads, [&](long row) {
      const T* l = labels + row * classes;
      T* out = dlogits + row * classes;
      const T total = normalize_row(classes, logits + row * classes, out).total;
      auto label_sum = simd::broadcast(T{});
      simd::for_each_part<T>(classes, [&](long at, simd::part<T> lanes) { label_sum += simd::load(l + at, lanes); });
      const auto scale = simd::broadcast(simd::sum(label_sum) / total), slope = simd::broadcast(dloss[row]);
      simd::for_each_part<T>(classes, [&](long at, simd::part<T> lanes) {
        simd::store(out + at, (simd::load<T>(out + at, lanes) * scale - simd::load(l + at, lanes)) * slope, lanes);
      });
    });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
