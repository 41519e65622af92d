#pragma once
#include "slim/core/begin.hpp"
// Losses of metric learning: functions of the distances, or products, between all examples of a batch. TF-Slim section 5.2.

#include <cmath>

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"

namespace slim::kernel {

/// Of pairs (i, j) of one label, and k of another:
///   triplet_semihard   max(0, margin + D(i,j) − D(i,k)), mean over the pairs; D squared, k the nearest that is further than j, or the furthest
///   lifted_struct      ¼·mean of max(0, log(Σ e^(margin − D(i,k)) + Σ e^(margin − D(j,l))) + D(i,j))² over both orders of each pair, times 2
///   npairs             cross entropy of softmax over j of anchor(i)·positive(j) against how many labels i and j share, row by row; mean over i
enum class batch_loss_kind : unsigned char { triplet_semihard, lifted_struct, npairs };

inline namespace SLIM_LEVEL {

template <class T>
struct batch_loss_operands {
  batch_loss_kind kind;
  T margin;
  long examples, label_numbers, numbers;
  const T *labels, *a, *b;  // b: npairs alone

  /// How many labels two examples have in common; of one number each, whether they are equal.
  T shared(long i, long j) const {
    if (label_numbers == 1) return static_cast<T>(labels[i] == labels[j] ? 1 : 0);
    T sum{};
    for (long k = 0; k < label_numbers; ++k) sum += labels[i * label_numbers + k] * labels[j * label_numbers + k];
    return sum;
  }
  bool is_pair(long i, long j) const { return i != j && shared(i, j) > T(0); }
};

/// Elements of scratch memory.
constexpr long batch_loss_workspace(long examples) { return 2 * examples * examples + 2 * examples; }

namespace detail {

template <class T>
T triplet_semihard(const batch_loss_operands<T>& in, const T* distances, T* slopes) {
  const long n = in.examples;
  long pairs = 0;
  T total{};
  for (long i = 0; i < n; ++i)
    for (long j = 0; j < n; ++j) pairs += in.is_pair(i, j);
  if (pairs == 0) return total;
  const T share = T(1) / static_cast<T>(pairs);
  for (long i = 0; i < n; ++i) {
    const T* const row = distances + i * n;
    for (long j = 0; j < n; ++j) {
      if (!in.is_pair(i, j)) continue;
      long nearest = -1, furthest = -1;
      for (long k = 0; k < n; ++k) {
        if (in.shared(i, k) > T(0)) continue;
        if (row[k] > row[j] && (nearest < 0 || row[k] < row[nearest])) nearest = k;
        if (furthest < 0 || row[k] > row[furthest]) furthest = k;
      }
      const long other = nearest >= 0 ? nearest : furthest;
      const T loss = in.margin + row[j] - (other >= 0 ? row[other] : T(0));
      if (!(loss > T(0))) continue;
      total += loss * share;
      slopes[i * n + j] += share;
      if (other >= 0) slopes[i * n + other] -= share;
    }
  }
  return total;
}

template <class T>
T lifted_struct(const batch_loss_operands<T>& in, const T* distances, T* slopes, T* sums, T* weights) {
  const long n = in.examples;
  long pairs = 0;
  T total{};
  for (long i = 0; i < n; ++i) {
    sums[i] = weights[i] = T(0);  // Σ e^−D(i, k); what its logarithms weigh
    for (long j = 0; j < n; ++j) {
      pairs += in.is_pair(i, j);
      if (!(in.shared(i, j) > T(0))) sums[i] += std::exp(in.margin - distances[i * n + j]);
    }
  }
  if (pairs == 0) return total;
  const T share = T(0.5) / static_cast<T>(pairs);  // ¼ over half of the ordered pairs
  for (long i = 0; i < n; ++i)
    for (long j = 0; j < n; ++j) {
      if (!in.is_pair(i, j) || !(sums[i] + sums[j] > T(0))) continue;
      const T loss = std::log(sums[i] + sums[j]) + distances[i * n + j];
      if (!(loss > T(0))) continue;
      total += share * loss * loss;
      const T slope = 2 * share * loss;
      slopes[i * n + j] += slope;
      weights[i] += slope / (sums[i] + sums[j]), weights[j] += slope / (sums[i] + sums[j]);
    }
  for (long i = 0; i < n; ++i)
    for (long k = 0; k < n; ++k)
      if (!(in.shared(i, k) > T(0))) slopes[i * n + k] -= weights[i] * std::exp(in.margin - distances[i * n + k]);
  return total;
}

template <class T>
T npairs(const batch_loss_operands<T>& in, const T* products, T* slopes) {
  const long n = in.examples;
  const T share = T(1) / static_cast<T>(n);
  T total{};
  for (long i = 0; i < n; ++i) {
    const T* const row = products + i * n;
    T largest = row[0], sum{}, labels{};
    for (long j = 1; j < n; ++j) largest = row[j] > largest ? row[j] : largest;
    for (long j = 0; j < n; ++j) sum += std::exp(row[j] - largest), labels += in.shared(i, j);
    if (!(labels > T(0))) continue;
    for (long j = 0; j < n; ++j) {
      const T target = in.shared(i, j) / labels, logarithm = row[j] - largest - std::log(sum);
      total -= share * target * logarithm;
      slopes[i * n + j] = share * (std::exp(logarithm) - target);
    }
  }
  return total;
}

}  // namespace detail

/// The loss; in `workspace` first the matrix between the examples, then the slopes of the loss by its elements.
template <class T>
T batch_loss(const batch_loss_operands<T>& in, T* workspace, int threads) {
  const long n = in.examples;
  T *const matrix = workspace, *const slopes = workspace + n * n, *const sums = slopes + n * n;
  parallel_for(n, 3.0 * static_cast<double>(n * in.numbers), threads, [&](long i) {
    for (long j = 0; j < n; ++j) {
      const T *const a = in.a + i * in.numbers, *const b = (in.b != nullptr ? in.b : in.a) + j * in.numbers;
      T sum{};
      for (long k = 0; k < in.numbers; ++k) sum += in.b != nullptr ? a[k] * b[k] : (a[k] - b[k]) * (a[k] - b[k]);
      matrix[i * n + j] = in.kind == batch_loss_kind::lifted_struct ? std::sqrt(sum) : sum;
      slopes[i * n + j] = T(0);
    }
  });
  if (in.kind == batch_loss_kind::triplet_semihard) return detail::triplet_semihard(in, matrix, slopes);
  if (in.kind == batch_loss_kind::lifted_struct) return detail::lifted_struct(in, matrix, slopes, sums, sums + n);
  return detail::npairs(in, matrix, slopes);
}

/// dy times the gradient by a, or by b.
template <class T>
void batch_loss_gradient(const batch_loss_operands<T>& in, bool by_b, T dy, T* result, T* workspace, int threads) {
  batch_loss(in, workspace, threads);
  const long n = in.examples;
  const T *const matrix = workspace, *const slopes = workspace + n * n;
  parallel_for(n, 3.0 * static_cast<double>(n * in.numbers), threads, [&](long i) {
    T* const own = result + i * in.numbers;
    for (long k = 0; k < in.numbers; ++k) own[k] = T(0);
    for (long j = 0; j < n; ++j) {
      if (in.b != nullptr) {
        const T slope = dy * (by_b ? slopes[j * n + i] : slopes[i * n + j]);
        const T* const other = (by_b ? in.a : in.b) + j * in.numbers;
        for (long k = 0; k < in.numbers; ++k) own[k] += slope * other[k];
        continue;
      }
      const T distance = matrix[i * n + j], both = dy * (slopes[i * n + j] + slopes[j * n + i]);
      const T slope = in.kind == batch_loss_kind::lifted_struct ? (distance > T(0) ? both / distance : T(0)) : 2 * both;
      for (long k = 0; k < in.numbers; ++k) own[k] += slope * (in.a[i * in.numbers + k] - in.a[j * in.numbers + k]);
    }
  });
}

}  // namespace SLIM_LEVEL

}  // namespace slim::kernel

#include "slim/core/end.hpp"
