// Speed of single kernels on the layers of VGG-16, in GFLOP/s and as a share of what the machine's multipliers reached just before.
// Winograd's figures count the multiplications of the definition, so they may pass the peak.
// With BENCH_CLOCK=processor in the environment by the time that the process worked: for a machine that others use.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "../median.hpp"
#include "slim/kernel/convolution.hpp"
#include "slim/kernel/convolution_data_gradient.hpp"
#include "slim/kernel/convolution_weights_gradient.hpp"
#include "slim/kernel/depthwise_convolution.hpp"
#include "slim/kernel/matmul.hpp"
#include "slim/kernel/moments.hpp"
#include "slim/kernel/winograd_convolution.hpp"
#include "slim/kernel/winograd_weights_gradient.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace {

using namespace slim;
using namespace slim::kernel;
using vector = simd::batch<float>;

aligned_buffer<float> numbers(long size) {
  static std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  aligned_buffer<float> result(size);
  for (long i = 0; i < size; ++i) result.data()[i] = uniform(random);
  return result;
}

/// What the compiler must take for changed here.
void keep_in_register(vector& value) {
#ifdef __x86_64__
  asm volatile("" : "+v"(value.data));
#else
  asm volatile("" : "+w"(value.data));
#endif
}

/// Operations per second of independent fused multiply-adds in registers, on one core, over some tenth of a millisecond. The compiler knows neither
/// the numbers nor that anything stays in the sums from one round to the next. The sums are variables of their own: g++ leaves those of an array in memory,
/// where they halve the speed.
template <class... Vectors>
double measured_peak_of(Vectors... sums) {
  constexpr long rounds = 100'000;
  vector a = simd::broadcast(0.999f), b = simd::broadcast(0.001f);
  keep_in_register(a), keep_in_register(b);
  const double begin = bench::now();
  for (long i = 0; i < rounds; ++i) ((sums = simd::multiply_add(sums, a, b), keep_in_register(sums)), ...);
  const double seconds = (bench::now() - begin) * 1e-6;
  benchmark::DoNotOptimize(simd::sum((sums + ...)));
  return 2.0 * static_cast<double>(sizeof...(sums)) * rounds * static_cast<double>(simd::width<float>) / seconds;
}
double measured_peak() {
  const vector v = simd::broadcast(1.0f);
  return measured_peak_of(v, v, v, v, v, v, v, v, v, v);
}

/// Bytes per second that one core reads from a buffer far larger than any cache.
double measured_bandwidth() {
  const aligned_buffer<float> buffer = numbers(64L << 20);
  const double begin = bench::now();
  vector sums[4] = {simd::broadcast(0.0f), simd::broadcast(0.0f), simd::broadcast(0.0f), simd::broadcast(0.0f)};
  for (long i = 0; i < buffer.size(); i += 4 * simd::width<float>)
#pragma GCC unroll 4
    for (long v = 0; v < 4; ++v) sums[v] += simd::load(buffer.data() + i + v * simd::width<float>);
  const double seconds = (bench::now() - begin) * 1e-6;
  benchmark::DoNotOptimize(simd::sum(sums[0] + sums[1] + sums[2] + sums[3]));
  return 4.0 * static_cast<double>(buffer.size()) / seconds;
}

double bandwidth = 0;

enum pass { forward, data_gradient, weights_gradient };
constexpr const char* names[] = {"forward", "data_gradient", "weights_gradient"};

struct layer {
  int size, in, out;
  long batch;
};
constexpr layer layers[] = {{224, 3, 64, 2}, {224, 64, 64, 1}, {112, 128, 128, 1}, {56, 256, 256, 2}, {28, 512, 512, 4}, {14, 512, 512, 8}};

/// A clock that other guests of the machine share is not steady: the peak is measured beside every run, `of_peak` is the median of the
/// ratios, and `best` is the fastest run in GFLOP/s.
template <class Run>
void measure(benchmark::State& state, double operations, Run run) {
  run();
  std::vector<double> shares;
  double best = 0;
  for (auto _ : state) {
    const double peak = measured_peak();
    const double begin = bench::now();
    run();
    benchmark::ClobberMemory();
    const double seconds = (bench::now() - begin) * 1e-6;
    state.SetIterationTime(seconds);
    best = std::max(best, operations / seconds);
    shares.push_back(operations / seconds / peak);
  }
  std::nth_element(shares.begin(), shares.begin() + static_cast<long>(shares.size()) / 2, shares.end());
  const double total = operations * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(total * 1e-9, benchmark::Counter::kIsRate);
  state.counters["best"] = best * 1e-9;
  state.counters["of_peak"] = shares[shares.size() / 2];
}

void convolve(benchmark::State& state, layer l, pass which, bool use_winograd) {
  const convolution_geometry g{l.size, l.size, l.in, l.size, l.size, l.out, 3, 3, 1, 1, 1, 1, 1, 1};
  aligned_buffer<float> x = numbers(l.batch * l.size * l.size * l.in), y = numbers(l.batch * l.size * l.size * l.out), w = numbers(9L * l.in * l.out);
  using transform = winograd_4x4_3x3;
  const winograd_plane there = forward_plane(g), back = data_gradient_plane(g);
  const long needed = !use_winograd            ? 0
                      : which == forward       ? winograd_convolution_workspace<float, transform>(there, l.batch, 1)
                      : which == data_gradient ? winograd_convolution_workspace<float, transform>(back, l.batch, 1)
                                               : winograd_weights_gradient_workspace<float, transform>(there, l.batch, 1);
  aligned_buffer<float> workspace(needed);
  measure(state, g.operations() * static_cast<double>(l.batch), [&] {
    if (use_winograd && which == forward)
      winograd_convolution<float, transform>(there, l.batch, x.data(), w.data(), false, nullptr, y.data(), workspace.data(), {}, 1);
    else if (use_winograd && which == data_gradient)
      winograd_convolution<float, transform>(back, l.batch, y.data(), w.data(), true, nullptr, x.data(), workspace.data(), {}, 1);
    else if (use_winograd)
      winograd_weights_gradient<float, transform>(there, l.batch, x.data(), y.data(), workspace.data(), 1, store_rows<float>{w.data(), l.out});
    else if (which == forward) convolution<float>(g, l.batch, x.data(), w.data(), nullptr, y.data(), {}, 1);
    else if (which == data_gradient) convolution_data_gradient<float>(g, l.batch, y.data(), w.data(), x.data(), {}, 1);
    else convolution_weights_gradient<float>(g, l.batch, x.data(), y.data(), w.data(), 1);
  });
}

/// Bytes that one run moves at least, also as a share of the memory's bandwidth.
void count_bytes(benchmark::State& state, double each) {
  const double bytes = each * static_cast<double>(state.iterations());
  state.counters["GB/s"] = benchmark::Counter(bytes * 1e-9, benchmark::Counter::kIsRate);
  state.counters["of_bandwidth"] = benchmark::Counter(bytes / bandwidth, benchmark::Counter::kIsRate);
}

/// Fully connected 25088 × 4096: few examples read every weight for little work, so bandwidth is the measure.
void multiply(benchmark::State& state, long rows, pass which) {
  constexpr long inner = 25088, columns = 4096;
  aligned_buffer<float> a = numbers(rows * inner), b = numbers(inner * columns), c = numbers(rows * columns);
  measure(state, 2.0 * static_cast<double>(rows * inner) * columns, [&] {
    if (which == forward) matmul<float>(rows, inner, columns, a.data(), b.data(), {}, c.data(), {}, 1);
    else if (which == data_gradient) matmul_data_gradient<float>(rows, inner, columns, c.data(), b.data(), a.data(), {}, 1);
    else matmul_weights_gradient<float>(rows, inner, columns, a.data(), c.data(), b.data(), 1);
  });
  count_bytes(state, 4.0 * static_cast<double>(inner * columns));
}

/// Depthwise 3×3: nine multiply-adds for each number that is read and written, so bandwidth is the measure again.
void convolve_depthwise(benchmark::State& state, layer l, pass which) {
  const convolution_geometry g{l.size, l.size, l.in, l.size, l.size, l.in, 3, 3, 1, 1, 1, 1, 1, 1};
  const long size = l.batch * l.size * l.size * l.in;
  aligned_buffer<float> x = numbers(size), y = numbers(size), w = numbers(9L * l.in);
  measure(state, 18.0 * static_cast<double>(size), [&] {
    if (which == forward) depthwise_convolution<float>(g, l.batch, x.data(), w.data(), y.data(), {}, 1);
    else if (which == data_gradient) depthwise_convolution_data_gradient<float>(g, l.batch, y.data(), w.data(), x.data(), {}, 1);
    else depthwise_convolution_weights_gradient<float>(g, l.batch, x.data(), y.data(), w.data(), 1);
  });
  count_bytes(state, 8.0 * static_cast<double>(size));
}

/// Mean and variance of columns: one pass over the data.
void take_moments(benchmark::State& state, long rows, long width) {
  aligned_buffer<float> x = numbers(rows * width), mean(width), variance(width), workspace(reduce_columns_workspace(width, 2));
  measure(state, 5.0 * static_cast<double>(rows * width), [&] { moments<float>(rows, width, x.data(), mean.data(), variance.data(), workspace.data(), 1); });
  count_bytes(state, 4.0 * static_cast<double>(rows * width));
}

/// 1024 numbers in the first-level cache, a hundred times; one number counts as one operation.
void take_hyperbolic_tangents(benchmark::State& state, bool of_xsimd) {
  constexpr long size = 1024, times = 100;
  aligned_buffer<float> x = numbers(size), y(size);
  measure(state, static_cast<double>(times * size), [&] {
    for (long t = 0; t < times; ++t) {
      for (long i = 0; i < size; i += simd::width<float>)
        simd::store(y.data() + i, of_xsimd ? xsimd::tanh(simd::load(x.data() + i)) : simd::hyperbolic_tangent(simd::load(x.data() + i)));
      benchmark::DoNotOptimize(y.data());
      benchmark::ClobberMemory();
    }
  });
}

}  // namespace

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  double peak = 0;
  for (int i = 0; i < 100; ++i) peak = std::max(peak, measured_peak());
  bandwidth = measured_bandwidth();
  std::printf("one core: at best %.1f GFLOP/s of multiply-adds in registers, reads %.1f GB/s from memory\n", peak * 1e-9, bandwidth * 1e-9);
  for (const layer& l : layers)
    for (const pass which : {forward, data_gradient, weights_gradient})
      for (const bool use_winograd : {false, true}) {
        if (l.in < 16 && (use_winograd || which == data_gradient)) continue;
        const std::string name = std::string(use_winograd ? "winograd/" : "direct/") + names[which] + '/' + std::to_string(l.in) + "x" + std::to_string(l.out) +
                                 "/" + std::to_string(l.size) + "/batch" + std::to_string(l.batch);
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { convolve(state, l, which, use_winograd); })
            ->Unit(benchmark::kMillisecond)
            ->UseManualTime();
      }
  for (const long rows : {1L, 8L, 64L})
    for (const pass which : {forward, data_gradient, weights_gradient}) {
      const std::string name = std::string("fully_connected/") + names[which] + "/25088x4096/batch" + std::to_string(rows);
      benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { multiply(state, rows, which); })
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime();
    }
  for (const layer& l : {layer{112, 64, 64, 2}, layer{14, 512, 512, 8}})
    for (const pass which : {forward, data_gradient, weights_gradient}) {
      const std::string name =
          std::string("depthwise/") + names[which] + '/' + std::to_string(l.in) + '/' + std::to_string(l.size) + "/batch" + std::to_string(l.batch);
      benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { convolve_depthwise(state, l, which); })
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime();
    }
  for (const layer& l : {layer{56, 256, 256, 8}, layer{14, 1024, 1024, 8}}) {
    const std::string name = "moments/" + std::to_string(l.in) + '/' + std::to_string(l.size) + "/batch" + std::to_string(l.batch);
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { take_moments(state, l.batch * l.size * l.size, l.in); })
        ->Unit(benchmark::kMillisecond)
        ->UseManualTime();
  }
  for (const bool of_xsimd : {false, true})
    benchmark::RegisterBenchmark(of_xsimd ? "tanh/xsimd" : "tanh/slim", [=](benchmark::State& state) { take_hyperbolic_tangents(state, of_xsimd); })
        ->Unit(benchmark::kMillisecond)
        ->UseManualTime();
  benchmark::RunSpecifiedBenchmarks();
}
