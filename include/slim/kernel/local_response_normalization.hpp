#pragma once
#include "slim/core/begin.hpp"
// Local response normalization across channels (Krizhevsky et al. 2012, section 3.3; tf.nn.local_response_normalization).

#include "slim/core/room_for.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"
#include "slim/simd/math.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// The window reaches `radius` channels to both sides.
struct response_normalization {
  int radius;
  double bias, alpha, beta;
};

/// Σ of f over channels c + lane − radius … c + lane + radius that exist, lane by lane; f(at, count) loads consecutive channels.
/// Stretches inside [0, channels) are read as vectors; near the two ends every lane has a range of its own.
template <class T, class F>
simd::batch<T> window_sum(long channels, long channel, long radius, F&& f) {
  constexpr long width = simd::width<T>;
  auto total = simd::broadcast(T{});
  for (long at = larger(channel - radius, 1 - width); at <= smaller(channel + radius, channels - 1); ++at) {
    if (at >= 0 && at + width <= channels) {
      total += f(at, width);
      continue;
    }
    const long first = larger(at, 0), count = smaller(at + width, channels) - first;
    alignas(64) T lanes[room_for(2 * width)] = {};
    simd::store(lanes + (first - at), f(first, count), count);
    total += simd::load(lanes);
  }
  return total;
}

/// Arithmetic per channel in the decision to fork.
constexpr double normalization_operations(const response_normalization& p) { return 60.0 + 2.0 * p.radius; }

/// The normalizer s = bias + alpha·Σ x² of a stretch of channels, and s^−beta.
template <class T>
struct response_scale {
  simd::batch<T> value, power;
};

template <class T>
SLIM_ONE_COPY response_scale<T> scale_responses(const response_normalization& p, long channels, const T* x, long channel) {
  const auto squares = window_sum<T>(channels, channel, p.radius, [&](long at, long count) {
    const auto value = simd::load(x + at, count);
    return value * value;
  });
  const auto value = simd::multiply_add(simd::broadcast(static_cast<T>(p.alpha)), squares, simd::broadcast(static_cast<T>(p.bias)));
  return {value, simd::exponential(simd::broadcast(static_cast<T>(-p.beta)) * simd::logarithm(value))};
}

/// y = x · s^−beta, s = bias + alpha·Σ_{|j − c| <= radius} x_j², for each of `rows` pixels with `channels` channels. y is not x.
template <class T>
void local_response_normalization(const response_normalization& p, long rows, long channels, const T* x, T* y, int threads) {
  parallel_for(rows, normalization_operations(p) * static_cast<double>(channels), threads, [&](long row) {
    const T* in = x + row * channels;
    simd::for_each_stretch<T>(channels, [&](long c, long count) {
      simd::store(y + row * channels + c, simd::load(in + c, count) * scale_responses(p, channels, in, c).power, count);
    });
  });
}

/// Channels whose dy·x·s^(−beta−1) are kept at a time; a window that is wider is recomputed chunk by chunk.
inline constexpr long normalization_chunk = 512;

/// dx_j = dy_j·s_j^−beta − 2·alpha·beta·x_j·Σ_{|c − j| <= radius} dy_c·x_c·s_c^(−beta−1). dx is neither x nor dy.
template <class T>
void local_response_normalization_gradient(const response_normalization& p, long rows, long channels, const T* x, const T* dy, T* dx, int threads) {
  parallel_for(rows, 2 * normalization_operations(p) * static_cast<double>(channels), threads, [&](long row) {
    const T *in = x + row * channels, *d = dy + row * channels;
    T* out = dx + row * channels;
    simd::for_each_stretch<T>(channels,
                              [&](long c, long count) { simd::store(out + c, simd::load(d + c, count) * scale_responses(p, channels, in, c).power, count); });
    const auto factor = simd::broadcast(static_cast<T>(-2 * p.alpha * p.beta));
    for (long first = 0; first < channels; first += normalization_chunk) {
      const long last = smaller(first + normalization_chunk, channels);
      alignas(64) T shares[normalization_chunk];
      simd::for_each_stretch<T>(last - first, [&](long at, long count) {
        const response_scale<T> scale = scale_responses(p, channels, in, first + at);
        const auto product = simd::load(d + first + at, count) * simd::load(in + first + at, count);
        simd::store(shares + at, simd::quotient(product * scale.power, scale.value), count);
      });
      const long begin = larger(first - p.radius, 0), end = smaller(last + p.radius, channels);
      simd::for_each_stretch<T>(end - begin, [&](long at, long count) {
        const long c = begin + at;
        const auto sum = window_sum<T>(last - first, c - first, p.radius, [&](long i, long some) { return simd::load(shares + i, some); });
        simd::store(out + c, simd::multiply_add(factor * simd::load(in + c, count), sum, simd::load<T>(out + c, count)), count);
      });
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
