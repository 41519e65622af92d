#pragma once
// Scalars whose vectors have any number of lanes and registers: every kernel runs with them on every machine. Vectors are those of the compiler,
// which makes them of what the machine has; mathematical functions go lane by lane.

#include "slim/simd/math.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

namespace slim::test {

/// A number of type F, float or double, that kernels work on in vectors of `Lanes`, `Registers` of which they take for available.
template <class F, int Lanes, int Registers>
struct simulated {
  F value;

  simulated() = default;
  template <class N>
    requires std::is_arithmetic_v<N>
  constexpr simulated(N number) : value(static_cast<F>(number)) {}
  template <class N>
    requires std::is_arithmetic_v<N>
  explicit constexpr operator N() const {
    return static_cast<N>(value);
  }

  friend constexpr simulated operator-(simulated x) { return -x.value; }
  friend constexpr simulated operator+(simulated x, simulated y) { return x.value + y.value; }
  friend constexpr simulated operator-(simulated x, simulated y) { return x.value - y.value; }
  friend constexpr simulated operator*(simulated x, simulated y) { return x.value * y.value; }
  friend constexpr simulated operator/(simulated x, simulated y) { return x.value / y.value; }
  constexpr simulated& operator+=(simulated y) { return *this = *this + y; }
  constexpr simulated& operator-=(simulated y) { return *this = *this - y; }
  constexpr simulated& operator*=(simulated y) { return *this = *this * y; }
  friend constexpr bool operator==(simulated x, simulated y) { return x.value == y.value; }
  friend constexpr auto operator<=>(simulated x, simulated y) { return x.value <=> y.value; }
  friend bool signbit(simulated x) { return std::signbit(x.value); }
  friend bool isnan(simulated x) { return std::isnan(x.value); }
  friend simulated sqrt(simulated x) { return std::sqrt(x.value); }
  friend simulated exp(simulated x) { return std::exp(x.value); }
  friend simulated log(simulated x) { return std::log(x.value); }
  friend simulated pow(simulated x, simulated y) { return std::pow(x.value, y.value); }
  friend simulated abs(simulated x) { return std::abs(x.value); }
};

template <class S>
struct simulated_batch;

template <class F, int Lanes, int Registers>
struct simulated_batch<simulated<F, Lanes, Registers>> {
  using value_type = simulated<F, Lanes, Registers>;
  typedef F lanes __attribute__((vector_size(Lanes * sizeof(F))));
  static constexpr std::size_t size = Lanes;
  lanes data;

  /// What comparisons return: all bits of a lane, or none.
  struct mask {
    decltype(lanes{} < lanes{}) bits;
  };

  simulated_batch() = default;
  explicit simulated_batch(const lanes& from) : data(from) {}
  explicit simulated_batch(value_type number) : data(number.value - lanes{}) {}
  static simulated_batch load_unaligned(const value_type* from) {
    simulated_batch result;
    __builtin_memcpy(&result.data, from, sizeof(lanes));
    return result;
  }
  void store_unaligned(value_type* to) const { __builtin_memcpy(to, &data, sizeof(lanes)); }
  value_type get(std::size_t lane) const { return data[lane]; }

  simulated_batch& operator+=(const simulated_batch& y) { return data += y.data, *this; }
  friend simulated_batch operator-(const simulated_batch& x) { return simulated_batch(-x.data); }
  friend simulated_batch operator+(const simulated_batch& x, const simulated_batch& y) { return simulated_batch(x.data + y.data); }
  friend simulated_batch operator-(const simulated_batch& x, const simulated_batch& y) { return simulated_batch(x.data - y.data); }
  friend simulated_batch operator*(const simulated_batch& x, const simulated_batch& y) { return simulated_batch(x.data * y.data); }
  friend simulated_batch operator/(const simulated_batch& x, const simulated_batch& y) { return simulated_batch(x.data / y.data); }
  friend mask operator>(const simulated_batch& x, const simulated_batch& y) { return {x.data > y.data}; }
  friend mask operator==(const simulated_batch& x, const simulated_batch& y) { return {x.data == y.data}; }
  friend mask operator!=(const simulated_batch& x, const simulated_batch& y) { return {x.data != y.data}; }
  friend mask operator&(const mask& x, const mask& y) { return {x.bits & y.bits}; }

  friend simulated_batch fma(const simulated_batch& x, const simulated_batch& y, const simulated_batch& z) { return simulated_batch(x.data * y.data + z.data); }
  friend simulated_batch select(const mask& condition, const simulated_batch& yes, const simulated_batch& no) {
    return simulated_batch(condition.bits ? yes.data : no.data);
  }
  friend simulated_batch max(const simulated_batch& x, const simulated_batch& y) { return select(x > y, x, y); }  // as x86: the second where one is no number
  friend simulated_batch min(const simulated_batch& x, const simulated_batch& y) { return select(y > x, x, y); }
  friend simulated_batch abs(const simulated_batch& x) {
    return each(x, [](F lane) { return std::abs(lane); });
  }
  friend simulated_batch sqrt(const simulated_batch& x) {
    return each(x, [](F lane) { return std::sqrt(lane); });
  }
  friend simulated_batch exp(const simulated_batch& x) {
    return each(x, [](F lane) { return std::exp(lane); });
  }
  friend simulated_batch log(const simulated_batch& x) {
    return each(x, [](F lane) { return std::log(lane); });
  }
  friend simulated_batch erf(const simulated_batch& x) {
    return each(x, [](F lane) { return std::erf(lane); });
  }
  friend simulated_batch tanh(const simulated_batch& x) {
    return each(x, [](F lane) { return std::tanh(lane); });
  }
  friend simulated_batch sin(const simulated_batch& x) {
    return each(x, [](F lane) { return std::sin(lane); });
  }
  friend simulated_batch cos(const simulated_batch& x) {
    return each(x, [](F lane) { return std::cos(lane); });
  }
  friend simulated_batch floor(const simulated_batch& x) {
    return each(x, [](F lane) { return std::floor(lane); });
  }

private:
  template <class Function>
  static simulated_batch each(simulated_batch x, Function f) {
    for (int lane = 0; lane < Lanes; ++lane) x.data[lane] = f(x.data[lane]);
    return x;
  }
};

/// The scalars of a kernel test: the machine's own, then every width, with few and with many registers. Programs that repeat the tests for another level of
/// the processor repeat its own vectors only.
#ifdef TEST_OWN_VECTORS_ONLY
#define SLIM_TEST_SCALARS float, double
#else
#define SLIM_TEST_SCALARS                                                                                                                                  \
  float, double, slim::test::simulated<float, 2, 16>, slim::test::simulated<float, 2, 32>, slim::test::simulated<float, 4, 16>,                            \
      slim::test::simulated<float, 4, 32>, slim::test::simulated<float, 8, 16>, slim::test::simulated<float, 8, 32>, slim::test::simulated<float, 16, 16>, \
      slim::test::simulated<float, 16, 32>, slim::test::simulated<double, 2, 16>, slim::test::simulated<double, 4, 16>, slim::test::simulated<double, 8, 32>
#endif

/// Kernels run on 1 … so many threads. Simulated vectors are slow, and so is an emulator: two there, whose shares differ from one thread's as three's do.
template <class T>
inline constexpr int most_threads =
#ifdef TEST_OWN_VECTORS_ONLY
    2;
#else
    std::is_floating_point_v<T> ? 3 : 2;
#endif

}  // namespace slim::test

namespace slim::simd {

template <class F, int Lanes, int Registers>
struct vectors<test::simulated<F, Lanes, Registers>> {
  using batch = test::simulated_batch<test::simulated<F, Lanes, Registers>>;
  using mask = typename batch::mask;
  static constexpr int registers = Registers;
};

}  // namespace slim::simd

template <class F, int Lanes, int Registers>
struct std::numeric_limits<slim::test::simulated<F, Lanes, Registers>> : std::numeric_limits<F> {
  using number = slim::test::simulated<F, Lanes, Registers>;
  static constexpr number infinity() { return std::numeric_limits<F>::infinity(); }
  static constexpr number quiet_NaN() { return std::numeric_limits<F>::quiet_NaN(); }
};
