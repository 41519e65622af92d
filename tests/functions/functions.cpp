// Functions of tensors against plain loops.

#include <doctest/doctest.h>

#include <Eigen/Dense>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <functional>
#include <string>
#include <valarray>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

template <class T>
std::vector<T> numbers(long count, std::uint32_t sequence) {
  return laws::numbers<T>(count, sequence);
}

/// Element [i, j, k] of example e.
template <class T>
struct reading {
  const T* data;
  slim::shape s;
  T operator()(long e, long i, long j, long k) const { return data[((e * s[0] + i) * s[1] + j) * s[2] + k]; }
};

/// Every element of a found tensor is what `expected(e, i, j, k)` says.
template <class T, class Found>
void check_elements(const Found& found, long batch, const slim::shape& s, const std::function<T(long, long, long, long)>& expected, double tolerance = 0) {
  const reading<T> at{found.data(), s};
  REQUIRE(static_cast<long>(found.size()) == batch * s.size());
  int wrong = 0;
  for (long e = 0; e < batch; ++e)
    for (long i = 0; i < s[0]; ++i)
      for (long j = 0; j < s[1]; ++j)
        for (long k = 0; k < s[2]; ++k) {
          const double a = static_cast<double>(at(e, i, j, k)), b = static_cast<double>(expected(e, i, j, k));
          wrong += !(std::abs(a - b) <= tolerance * (1 + std::abs(b)));
        }
  CHECK(wrong == 0);
}

constexpr auto moved = [](tensor x) {  // [3, 5, 4]
  const auto [first, second] = split(x, {2, 3}, 1);
  const auto thirds = unstack<3>(x);
  const tensor shared = tile(slice(x, {1, 0, 2}, {1, -1, 2}), {2, 1, 3});
  const tensor table = concat({variable(x, "table", {1, 5, 4}, zeros), x}, 0);
  return outputs(slice(x, {1, 2, 1}, {2, -1, 3}), pad(x, {{1, 0}, {0, 2}, {3, 1}}, 0.5), concat({second, first}, -2), stack({thirds[2], thirds[0]}, 1), shared,
                 table, concat(split<2>(x, -1), 0), squeeze(expand_dims(slice(x, {0, 4, 0}, {3, 1, 4}), -1), {1}), reshape(x, {5, -1, 2}),
                 pad(x, {{2, 1}, {0, 4}, {3, 0}}, REFLECT), pad(x, {{3, 3}, {1, 0}, {0, 4}}, SYMMETRIC));
};

template <class T>
void check_moved(long batch) {
  model<moved, input<3, 5, 4>, precision<T>> m{seed(1), capacity(7), 2};
  const auto given = numbers<T>(60 * batch, 3);
  m.predict(given);
  const reading<T> x{given.data(), {3, 5, 4}};
  check_elements<T>(m.template output<0>(), batch, {2, 3, 3}, [&](long e, long i, long j, long k) { return x(e, i + 1, j + 2, k + 1); });
  check_elements<T>(m.template output<1>(), batch, {4, 7, 8}, [&](long e, long i, long j, long k) {
    const bool inside = i >= 1 && j < 5 && k >= 3 && k < 7;
    return inside ? x(e, i - 1, j, k - 3) : T(0.5);
  });
  check_elements<T>(m.template output<2>(), batch, {3, 5, 4}, [&](long e, long i, long j, long k) { return x(e, i, (j + 2) % 5, k); });
  check_elements<T>(m.template output<3>(), batch, {5, 2, 4}, [&](long e, long i, long j, long k) { return x(e, j == 0 ? 2 : 0, i, k); });
  check_elements<T>(m.template output<4>(), batch, {2, 5, 6}, [&](long e, long, long j, long k) { return x(e, 1, j, 2 + k % 2); });
  check_elements<T>(m.template output<5>(), batch, {4, 5, 4}, [&](long e, long i, long j, long k) { return i == 0 ? T(0) : x(e, i - 1, j, k); });
  check_elements<T>(m.template output<6>(), batch, {6, 5, 2}, [&](long e, long i, long j, long k) { return x(e, i % 3, j, i / 3 * 2 + k); });
  check_elements<T>(m.template output<7>(), batch, {3, 4, 1}, [&](long e, long i, long j, long) { return x(e, i, 4, j); });
  check_elements<T>(m.template output<8>(), batch, {60, 1, 1}, [&](long e, long i, long, long) { return given[static_cast<std::size_t>(e * 60 + i)]; });
  const auto reflected = [](long i, long extent) { return i < 0 ? -i : i < extent ? i : 2 * extent - 2 - i; };
  const auto repeated = [](long i, long extent) { return i < 0 ? -i - 1 : i < extent ? i : 2 * extent - 1 - i; };
  check_elements<T>(m.template output<9>(), batch, {6, 9, 7},
                    [&](long e, long i, long j, long k) { return x(e, reflected(i - 2, 3), reflected(j, 5), reflected(k - 3, 4)); });
  check_elements<T>(m.template output<10>(), batch, {9, 6, 8},
                    [&](long e, long i, long j, long k) { return x(e, repeated(i - 3, 3), repeated(j - 1, 5), repeated(k, 4)); });
}
}  // namespace

namespace {
constexpr auto reduced = [](tensor x) {  // [3, 5, 4]
  const tensor shares = nn::softmax(x, 1), logs = nn::log_softmax(x * 1000.0, 1);
  return outputs(reduce_sum(x, 1, true), reduce_mean(x, {0, 2}), reduce_max(x, {0, 2}), reduce_min(x, -1, true), reduce_max(x), reduce_sum(x),
                 reduce_max(x, {0, 1}, true), reduce_mean(x, {1, 2}, true), shares, logs, nn::softmax(x));
};

template <class T>
void check_reduced(long batch) {
  model<reduced, input<3, 5, 4>, precision<T>> m{seed(1), capacity(7), 2};
  const auto given = numbers<T>(60 * batch, 4);
  m.predict(given);
  const reading<T> x{given.data(), {3, 5, 4}};
  const double close = sizeof(T) == 4 ? 2e-6 : 1e-14;
  // f of all elements whose place is (i, j, k) where that is not negative.
  const auto over = [&](long e, long i, long j, long k, double start, const auto& f) {
    for (long a = 0; a < 3; ++a)
      for (long b = 0; b < 5; ++b)
        for (long c = 0; c < 4; ++c)
          if ((i < 0 || a == i) && (j < 0 || b == j) && (k < 0 || c == k)) start = f(start, static_cast<double>(x(e, a, b, c)));
    return static_cast<T>(start);
  };
  const auto add = [](double a, double b) { return a + b; };
  const auto most = [](double a, double b) { return std::max(a, b); };
  const auto least = [](double a, double b) { return std::min(a, b); };
  check_elements<T>(m.template output<0>(), batch, {3, 1, 4}, [&](long e, long i, long, long k) { return over(e, i, -1, k, 0, add); }, close);
  check_elements<T>(m.template output<1>(), batch, {1, 5, 1}, [&](long e, long, long j, long) { return over(e, -1, j, -1, 0, add) / T(12); }, close);
  check_elements<T>(m.template output<2>(), batch, {1, 5, 1}, [&](long e, long, long j, long) { return over(e, -1, j, -1, -2, most); });
  check_elements<T>(m.template output<3>(), batch, {3, 5, 1}, [&](long e, long i, long j, long) { return over(e, i, j, -1, 2, least); });
  check_elements<T>(m.template output<4>(), batch, {1, 1, 1}, [&](long e, long, long, long) { return over(e, -1, -1, -1, -2, most); });
  check_elements<T>(m.template output<5>(), batch, {1, 1, 1}, [&](long e, long, long, long) { return over(e, -1, -1, -1, 0, add); }, close);
  check_elements<T>(m.template output<6>(), batch, {1, 1, 4}, [&](long e, long, long, long k) { return over(e, -1, -1, k, -2, most); });
  check_elements<T>(m.template output<7>(), batch, {3, 1, 1}, [&](long e, long i, long, long) { return over(e, i, -1, -1, 0, add) / T(20); }, close);
  const auto power = [](double a, double b) { return a + std::exp(b); };
  check_elements<T>(
      m.template output<8>(), batch, {3, 5, 4},
      [&](long e, long i, long j, long k) { return static_cast<T>(std::exp(x(e, i, j, k)) / over(e, i, -1, k, 0, power)); }, close);
  check_elements<T>(
      m.template output<9>(), batch, {3, 5, 4},
      [&](long e, long i, long j, long k) {
        const double largest = 1000.0 * static_cast<double>(over(e, i, -1, k, -2, most));
        double total = 0;
        for (long b = 0; b < 5; ++b) total += std::exp(1000.0 * static_cast<double>(x(e, i, b, k)) - largest);
        return static_cast<T>(1000.0 * static_cast<double>(x(e, i, j, k)) - largest - std::log(total));
      },
      sizeof(T) == 4 ? 1e-4 : 1e-12);
  check_elements<T>(
      m.template output<10>(), batch, {3, 5, 4},
      [&](long e, long i, long j, long k) { return static_cast<T>(std::exp(x(e, i, j, k)) / over(e, i, j, -1, 0, power)); }, close);
}

// tests/golden/make_functions.py has the same.
constexpr float ties[] = {2, 5, 5, 1, 5, 0}, bases[] = {2, -2, 0, 1.5}, exponents[] = {3, 2, 2, -0.5};
constexpr auto conventions = [](tensor ids) {
  const auto table = [&](const char* name) { return variable(ids, name, {2, 3}, from_values(ties)); };
  const tensor a = table("a"), b = table("b"), c = table("c"), d = table("d"), e = variable(ids, "e", {4}, from_values(bases)),
               f = variable(ids, "f", {4}, from_values(exponents));
  return sum(reduce_max(a) * 3.0) + sum(square(reduce_min(-b, 1))) + sum(clip_by_value(c, 1.0, 2.0)) + sum(where(d >= 5.0, d * d, 3.0 * d)) + sum(pow(e, f)) +
         sum(square(bow_encoder(7, 2, "words")(ids)));
};
}  // namespace

// Five axes: all, every second one and the others.
constexpr auto five = [](tensor x) {  // [3, 5, 4]
  const tensor all = reshape(x, {3, 1, 5, 2, 2}), rows = reduce_sum(all, {1, 3}, true), others = tile(all, {1, 2, 1, 1, 1});
  return outputs(reshape(others - rows, {6, 5, 4}), reshape(transpose(others, {-1, 1, 3, -3, 0}), {4, 2, 15}),
                 reshape(reduce_sum(others * rows, {0, 2, 4}), {2, 2, 1}), reshape(others - reduce_sum(others, {0, 2, 4}, true), {6, 5, 4}));
};

template <class T>
void check_five(long batch) {
  model<five, input<3, 5, 4>, precision<T>> m{seed(1), capacity(7), 2};
  const auto given = numbers<T>(60 * batch, 4);
  m.predict(given);
  const reading<T> x{given.data(), {3, 5, 4}};
  const double close = sizeof(T) == 4 ? 1e-5 : 1e-14;
  const auto row = [&](long e, long i, long j, long k) { return x(e, i, j, k % 2) + x(e, i, j, 2 + k % 2); };
  check_elements<T>(m.template output<0>(), batch, {6, 5, 4}, [&](long e, long i, long j, long k) { return x(e, i / 2, j, k) - row(e, i / 2, j, k); }, close);
  check_elements<T>(m.template output<1>(), batch, {4, 2, 15}, [&](long e, long i, long j, long k) { return x(e, k % 3, k / 3, 2 * j + i / 2); });
  check_elements<T>(
      m.template output<2>(), batch, {2, 2, 1},
      [&](long e, long, long j, long) {
        T sum = 0;
        for (long i = 0; i < 3; ++i)
          for (long k = 0; k < 5; ++k)
            for (long c = 0; c < 2; ++c) sum += x(e, i, k, 2 * j + c) * row(e, i, k, c);
        return sum;
      },
      close);
  check_elements<T>(
      m.template output<3>(), batch, {6, 5, 4},
      [&](long e, long i, long j, long k) {
        T sum = 0;
        for (long a = 0; a < 15; ++a)
          for (long c = 0; c < 2; ++c) sum += x(e, a / 5, a % 5, k / 2 * 2 + c);
        return x(e, i / 2, j, k) - sum;
      },
      close);
}

TEST_CASE("functions of five axes") {
  for (const long batch : {1L, 3L}) check_five<float>(batch), check_five<double>(batch);
}
TEST_CASE("reductions over any axes") {
  for (const long batch : {1, 5, 7}) {
    check_reduced<float>(batch);
    check_reduced<double>(batch);
  }
}
namespace {
constexpr auto every_second = [](tensor x) {  // [2, 3, 2, 2, 3]
  return outputs(reduce_sum(x, {0, 2, 4}), reduce_max(x, {0, 2, 4}), reduce_sum(x, {1, 3}, true) * variable(x, "table", {1, 3, 1, 2, 1}, ones));
};
}  // namespace

TEST_CASE("reductions of every second of five axes, with a batch") {
  model<every_second, input<2, 3, 2, 2, 3>, precision<double>> m{seed(1)};
  const auto x = numbers<double>(3 * 72, 9);
  m.predict(x);
  for (long e = 0; e < 3; ++e)
    for (long b = 0; b < 3; ++b)
      for (long d = 0; d < 2; ++d) {
        double total = 0, most = -2;
        for (long at = 0; at < 12; ++at) {  // a, c, e
          const double one = x[static_cast<std::size_t>(((((e * 2 + at / 6) * 3 + b) * 2 + at / 3 % 2) * 2 + d) * 3 + at % 3)];
          total += one, most = std::max(most, one);
        }
        CHECK(m.output<0>().data()[(e * 3 + b) * 2 + d] == doctest::Approx(total).epsilon(1e-14));
        CHECK(m.output<1>().data()[(e * 3 + b) * 2 + d] == most);
      }
  for (long i = 0; i < 3 * 72; ++i) {
    double same = 0;  // for all places on the axes that were summed
    const long f = i % 3, c = i / 6 % 2, a = i / 36 % 2, e = i / 72;
    for (long b = 0; b < 3; ++b)
      for (long d = 0; d < 2; ++d) same += x[static_cast<std::size_t>(((((e * 2 + a) * 3 + b) * 2 + c) * 2 + d) * 3 + f)];
    CHECK(m.output<2>().data()[i] == doctest::Approx(same).epsilon(1e-13));
  }
}
TEST_CASE("gradients at ties and bounds, and words that fill a sequence up, are TensorFlow's") {
  model<conventions, precision<double>, input<4>, keep<"words">> m{seed(1), capacity(3)};
  const auto words = laws::numbers(14, 1);
  std::copy(words.begin(), words.end(), m.variable<"words/embeddings">().data());
  train_op<decltype(m), no_loss, optimizers::keep_gradients> op(m, {}, {}, capacity(3), 1);
  op(std::vector<int>{0, 3, 3, 0, 0, 0, 0, 0, 6, 1, 0, 2});
  const auto check = [](const auto& found, const std::vector<double>& expected) {
    REQUIRE(static_cast<std::size_t>(found.size()) == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found.data()[i] == doctest::Approx(expected[i]).epsilon(1e-14));
  };
  check(op.slot_values(0), {0, 1, 1, 0, 1, 0});
  check(op.slot_values(1), {0, 5, 5, 0, 10, 0});
  check(op.slot_values(2), {1, 0, 0, 1, 0, 0});
  check(op.slot_values(3), {3, 10, 10, 3, 10, 3});
  check(op.slot_values(4), {12, -4, 0, -0.27216552697590868});
  check(op.slot_values(5), {5.5451774444795623, 0, 0, 0.33106087445580701});
  check(op.end_point<"words">(),
        {0.73262923955917358, -0.50116974115371704, -0.9844697117805481, 0.24463921785354614, -0.46955515940984088, 0.083059092362721756});
  check(op.slot_values(6), {-1.9689394235610962, 0.48927843570709229, -0.3130367729398939, 0.055372728241814502, -0.3130367729398939, 0.055372728241814502,
                            1.4652584791183472, -1.0023394823074341, 0, 0, 0, 0, -0.3130367729398939, 0.055372728241814502});
}

namespace {
constexpr auto multiplied = [](tensor x, tensor y) {  // [2, 5, 3] and [2, 5, 4]
  const tensor shared = variable(x, "shared", {2, 3, 7}), matrix = variable(x, "matrix", {4, 3});
  const tensor turned = transpose(x, {0, 2, 1});
  return outputs(matmul(x, y, true), matmul(turned, y), matmul(turned, transpose(y, {0, 2, 1}), false, true), matmul(x, transpose(y, {0, 2, 1}), true, true),
                 matmul(x, shared), matmul(y, matrix), matmul(x, matrix, false, true), matmul(y, matmul(matrix, matrix, false, true)),
                 matmul(transpose(y, {0, 2, 1}), matrix, true), conv2d(2, {3, 3})(x));
};

template <class T>
void check_multiplied(long batch) {
  model<multiplied, input<2, 5, 3>, input<2, 5, 4>, precision<T>> m{seed(1), capacity(7), 2};
  const auto left = numbers<T>(30 * batch, 5), right = numbers<T>(40 * batch, 6);
  m.predict(left, right);
  const reading<T> x{left.data(), {2, 5, 3}}, y{right.data(), {2, 5, 4}}, shared{m.template variable<"shared">().data(), {2, 3, 7}},
      matrix{m.template variable<"matrix">().data(), {1, 4, 3}};
  const auto total = [](long count, const auto& term) {
    double sum = 0;
    for (long i = 0; i < count; ++i) sum += static_cast<double>(term(i));
    return static_cast<T>(sum);
  };
  const double close = sizeof(T) == 4 ? 2e-6 : 1e-14;
  const auto pair = [&](long e, long i, long j, long k) { return total(5, [&](long l) { return x(e, i, l, j) * y(e, i, l, k); }); };
  check_elements<T>(m.template output<0>(), batch, {2, 3, 4}, pair, close);
  check_elements<T>(m.template output<1>(), batch, {2, 3, 4}, pair, close);
  check_elements<T>(m.template output<2>(), batch, {2, 3, 4}, pair, close);
  check_elements<T>(m.template output<3>(), batch, {2, 3, 4}, pair, close);
  check_elements<T>(
      m.template output<4>(), batch, {2, 5, 7},
      [&](long e, long i, long j, long k) { return total(3, [&](long l) { return x(e, i, j, l) * shared(0, i, l, k); }); }, close);
  const auto rows = [&](long e, long i, long j, long k) { return total(4, [&](long l) { return y(e, i, j, l) * matrix(0, 0, l, k); }); };
  check_elements<T>(m.template output<5>(), batch, {2, 5, 3}, rows, close);
  check_elements<T>(
      m.template output<6>(), batch, {2, 5, 4},
      [&](long e, long i, long j, long k) { return total(3, [&](long l) { return x(e, i, j, l) * matrix(0, 0, k, l); }); }, close);
  check_elements<T>(
      m.template output<7>(), batch, {2, 5, 4},
      [&](long e, long i, long j, long k) {
        return total(4, [&](long l) { return y(e, i, j, l) * total(3, [&](long n) { return matrix(0, 0, l, n) * matrix(0, 0, k, n); }); });
      },
      close);
  check_elements<T>(m.template output<8>(), batch, {2, 5, 3}, rows, close);
  predictor ahead(m, capacity(7), 2);
  ahead.prepare();  // packs matrices that are variables, and none that are worked out
  ahead(left, right);
  for (long i = 0; i < 40 * batch; ++i) CHECK(ahead.template output<7>().data()[i] == m.template output<7>().data()[i]);
}
}  // namespace

TEST_CASE("products of matrices, transposed and not, per example and shared") {
  for (const long batch : {1, 5, 7}) {
    check_multiplied<float>(batch);
    check_multiplied<double>(batch);
  }
}

namespace {
// Extents in front that broadcast, and the same with what is broadcast written out.
constexpr auto spread = [](tensor x) {  // [3, 4, 5]
  const tensor first = slice(x, {0, 0, 0}, {1, -1, -1}), matrix = variable(x, "matrix", {2, 4});
  return outputs(matmul(x, first, false, true), matmul(x, tile(first, {3, 1, 1}), false, true),                      //
                 matmul(first, x, true), matmul(tile(first, {3, 1, 1}), x, true),                                    //
                 matmul(matrix, x), matmul(tile(expand_dims(matrix, 0), {3, 1, 1}), x),                              //
                 matmul(expand_dims(x, 1), x, false, true),                                                          //
                 matmul(tile(expand_dims(x, 1), {1, 3, 1, 1}), tile(expand_dims(x, 0), {3, 1, 1, 1}), false, true),  //
                 matmul(matrix, slice(reshape(x, {3, 20}), {0, 0}, {-1, 4}), false, true));
};

template <class T>
void check_spread() {
  model<spread, input<3, 4, 5>, precision<T>> m{seed(1), capacity(4), 2};
  const auto x = numbers<T>(60 * 4, 5);
  m.predict(x);
  const auto same = [](const auto& a, const auto& b) { return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin()); };
  CHECK(same(m.template output<0>(), m.template output<1>()));
  CHECK(same(m.template output<2>(), m.template output<3>()));
  CHECK(same(m.template output<4>(), m.template output<5>()));
  CHECK(same(m.template output<6>(), m.template output<7>()));
  const T* const matrix = m.template variable<"matrix">().data();
  check_elements<T>(
      m.template output<8>(), 4, {2, 3, 1},
      [&](long e, long i, long j, long) {
        T total = 0;
        for (long l = 0; l < 4; ++l) total += matrix[i * 4 + l] * x[static_cast<std::size_t>(e * 60 + j * 20 + l)];
        return total;
      },
      sizeof(T) == 4 ? 2e-6 : 1e-14);
}
}  // namespace

TEST_CASE("products of matrices: extents in front broadcast, and a matrix alone") {
  check_spread<float>();
  check_spread<double>();
}

TEST_CASE("slice, pad, concat, split, stack, unstack, tile, squeeze, expand_dims, reshape") {
  for (const long batch : {1, 5, 7}) {
    check_moved<float>(batch);
    check_moved<double>(batch);
  }
}

namespace {
// More parts than one operation takes: joined in groups, and these again.
constexpr auto many_parts = [](tensor x) {
  std::array<tensor, 240> parts = split<240>(x, 1);
  for (std::size_t i = 0; i < 120; ++i) std::swap(parts[i], parts[239 - i]);
  const auto sums = conv2d(20, {1, 1}, "sums", groups = 20, activation_fn = none, weights_initializer = ones, biases_initializer = none);
  return outputs(concat(parts, 1), sums(reshape(x, {1, 6, 40})));
};
}  // namespace

TEST_CASE("any number of tensors is joined, and a convolution has any number of groups") {
  model<many_parts, input<1, 240>, precision<double>> m{seed(1), capacity(3)};
  for (const long batch : {1, 3}) {
    const auto x = numbers<double>(240 * batch, 3);
    m.predict(x);
    for (long i = 0; i < 240 * batch; ++i) CHECK(m.output<0>().data()[i] == x[static_cast<std::size_t>(i / 240 * 240 + 239 - i % 240)]);
    for (long i = 0; i < 120 * batch; ++i) CHECK(m.output<1>().data()[i] == x[static_cast<std::size_t>(2 * i)] + x[static_cast<std::size_t>(2 * i + 1)]);
  }
}

namespace {
// Words [5] of a vocabulary of 7; a table of each example; numbers that the network works out.
constexpr auto looked_up = [](tensor words, tensor own) {
  const tensor table = variable(words, "table", {7, 3});
  return outputs(embedding_lookup(table, words), gather(own, words), gather(table, stop_gradient(max(words - 2.0, 0.0))), embed_sequence(7, 4)(words),
                 bow_encoder(7, 4)(words), bow_encoder(7, 4, "plain", sparse_lookup = false)(words), gather(own, {3, 4, 0}),
                 gather(own, {1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0}, -1));
};

template <class T>
void check_looked_up(const std::vector<int>& words) {
  const long batch = static_cast<long>(words.size()) / 5;
  model<looked_up, input<5>, input<7, 2>, precision<T>> m{seed(1), capacity(6), 2};
  CHECK(m.variable_name(1) == "EmbedSequence/embeddings");
  CHECK(m.variable_name(2) == "bow_encoder/embeddings");
  const auto own = numbers<T>(14 * batch, 8);
  m.predict(words, own);
  const auto word = [&](long e, long j) { return words[static_cast<std::size_t>(e * 5 + j)]; };
  const reading<T> table{m.template variable<"table">().data(), {1, 7, 3}}, sequence{m.template variable<"EmbedSequence/embeddings">().data(), {1, 7, 4}},
      bag{m.template variable<"bow_encoder/embeddings">().data(), {1, 7, 4}}, plain{m.template variable<"plain/embeddings">().data(), {1, 7, 4}},
      tables{own.data(), {1, 7, 2}};
  check_elements<T>(m.template output<0>(), batch, {1, 5, 3}, [&](long e, long, long j, long k) { return table(0, 0, word(e, j), k); });
  check_elements<T>(m.template output<1>(), batch, {1, 5, 2}, [&](long e, long, long j, long k) { return tables(e, 0, word(e, j), k); });
  check_elements<T>(m.template output<2>(), batch, {1, 5, 3}, [&](long e, long, long j, long k) { return table(0, 0, std::max(word(e, j) - 2, 0), k); });
  check_elements<T>(m.template output<3>(), batch, {1, 5, 4}, [&](long e, long, long j, long k) { return sequence(0, 0, word(e, j), k); });
  const double close = sizeof(T) == 4 ? 1e-6 : 1e-14;
  check_elements<T>(
      m.template output<4>(), batch, {1, 1, 4},
      [&](long e, long, long, long k) {
        double total = 0;
        int count = 0;
        for (long j = 0; j < 5; ++j)
          if (word(e, j) != 0) total += static_cast<double>(bag(0, 0, word(e, j), k)), ++count;
        return count > 0 ? static_cast<T>(total / count) : bag(0, 0, 0, k);
      },
      close);
  check_elements<T>(
      m.template output<5>(), batch, {1, 1, 4},
      [&](long e, long, long, long k) {
        double total = 0;
        for (long j = 0; j < 5; ++j) total += static_cast<double>(plain(0, 0, word(e, j), k)) / 5;
        return static_cast<T>(total);
      },
      close);
  check_elements<T>(m.template output<6>(), batch, {1, 3, 2}, [&](long e, long, long j, long k) { return tables(e, 0, j == 2 ? 0 : 3 + j, k); });
  check_elements<T>(m.template output<7>(), batch, {1, 7, 18}, [&](long e, long, long j, long k) { return tables(e, 0, j, k == 17 ? 0 : k == 0 ? 1 : k % 2); });
}

constexpr auto only_words = [](tensor words) { return mean(embedding_lookup(variable(words, "table", {7, 3}), words)); };
constexpr auto worked_out = [](tensor words) { return mean(embedding_lookup(variable(words, "table", {7, 3}), words + 1.0)); };

template <class Run>
std::string message_of(const Run& run) {
  try {
    run();
  } catch (const slim::error& e) {
    return e.what();
  }
  return "";
}
}  // namespace

TEST_CASE("embedding_lookup, gather, embed_sequence, bow_encoder") {
  for (const std::vector<int>& words :
       {std::vector<int>{6, 0, 3, 3, 1}, {0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 5, 5, 5, 5, 5, 0, 6, 0, 6, 0, 4, 3, 2, 1, 0, 1, 1, 1, 1, 1}}) {
    check_looked_up<float>(words);
    check_looked_up<double>(words);
  }
}
TEST_CASE("words that are not in the vocabulary are an error before anything changes") {
  model<only_words, input<5>> m{seed(1)};
  CHECK(message_of([&] { m.predict(std::vector<int>{0, 1, 2, 7, 3}); }) ==
        "ids (input 0): example 0, number 3: expected a row of the table from 0 to 6, found 7; check the data set or the size of the vocabulary");
  CHECK(message_of([&] { m.predict(std::vector<float>{0, 1, 2, 3, 3, 4, 0.5f, 0, 0, 0}); }) ==
        "ids (input 0): example 1, number 1: expected a row of the table from 0 to 6, found 0.5; check the data set or the size of the vocabulary");
  CHECK(message_of([&] { m.predict(std::vector<int>{0, 1, -1, 0, 3}); }) != "");
  CHECK(message_of([&] { m.predict(std::vector<int>{0, 6, 1, 0, 3}); }) == "");
  model<worked_out, input<5>> later{seed(1)};
  const std::vector<float> before(later.variable_values(0).begin(), later.variable_values(0).end());
  auto train_op = learning::create_train_op(later, optimizers::gradient_descent{1.0});
  CHECK(message_of([&] { train_op(std::vector<int>{0, 1, 2, 6, 3}); }) ==
        "ids: example 0, number 3: expected a row of the table from 0 to 6, found 7; check the data set or the size of the vocabulary");
  CHECK(std::equal(before.begin(), before.end(), later.variable_values(0).begin()));
}
TEST_CASE("the gradient of a table is the same for every number of threads") {
  static constexpr auto net = [](tensor words) { return mean(square(embedding_lookup(variable(words, "table", {50, 16}), words) + expand_dims(words, 1))); };
  std::vector<int> words(64 * 40);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<int>(i * i % 50);
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    model<net, input<40>> m{seed(1)};
    train_op<decltype(m), no_loss, optimizers::keep_gradients> op(m, {}, {}, capacity(64), threads);
    op(words);
    const std::vector<float> gradient(op.slot_values(0).begin(), op.slot_values(0).end());
    if (first.empty()) first = gradient;
    CHECK(gradient == first);
  }
}

namespace {
constexpr auto rounded = [](tensor x) { return outputs(sign(x), ceil(x)); };
constexpr auto slopes_of_rounded = [](tensor x) {
  const tensor w = variable(x, "w", {6}, ones);
  return mean(3.0 * sign(w) + 2.0 * ceil(w) + w) + 0.0 * mean(x);
};
}  // namespace

TEST_CASE("sign and ceil, and their slopes") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  model<rounded, input<6>> m{seed(1)};
  m.predict(std::vector<float>{-1.5F, -0.0F, 0.25F, 2, -infinity, NAN});
  const auto signs = m.output<0>();
  const auto above = m.output<1>();
  const std::vector<float> expected{-1, 0, 1, 1, -1}, expected_above{-1, 0, 1, 2, -infinity};
  CHECK(std::equal(expected.begin(), expected.end(), signs.begin()));
  CHECK(std::equal(expected_above.begin(), expected_above.end(), above.begin()));
  CHECK((std::isnan(signs(0, 5)) && std::isnan(above(0, 5))));
  model<slopes_of_rounded, input<6>> trained{seed(1)};
  train_op<decltype(trained), no_loss, optimizers::keep_gradients> op(trained, {}, {}, capacity(1), 1);
  op(std::vector<float>(6));
  for (const float slope : op.slot_values(0)) CHECK(slope == doctest::Approx(1.0 / 6));
}

namespace foreign {
/// An expression of another library: it takes anything in parentheses and has arithmetic of its own.
struct expression {
  double value;
  template <class... Index>
  const double& operator()(const Index&...) const {
    return value;
  }
};
expression operator*(double x, const expression& y) { return {x * y.value}; }
expression operator+(const expression& x, double y) { return {x.value + y}; }
}  // namespace foreign

namespace {
// A program's own functions under names of slim.
double residual(double x, double y) { return x - y; }
std::string concat(const std::string& x, const std::string& y) { return x + y; }
int repeat(long times, double) { return static_cast<int>(times); }
}  // namespace

constexpr auto of_numbers = [](tensor x) { return square(2.0F) * x + max(1.0, 2.0F) * select(tensor(3.0) > 2.0, abs(tensor(-5)), 7.0) - (tensor(1.0) + 2.0); };

TEST_CASE("functions of numbers alone are numbers of the network that they meet") {
  model<of_numbers, input<2>> m{seed(1), capacity(1)};
  const auto found = m.predict(std::vector{1.0F, -2.0F});
  CHECK((found(0, 0) == 11 && found(0, 1) == -1));
}

TEST_CASE("arithmetic of other libraries stays theirs where all names of slim are in sight") {
  CHECK((residual(3, 1) == 2 && concat("a", "b") == "ab" && repeat(3, 1) == 3));
  const Eigen::MatrixXd twice = 2.0 * Eigen::MatrixXd::Identity(2, 2) * 1;
  const Eigen::Array2f sums = 1.0F + Eigen::Array2f(3, 4) / 2.0F - 0.5F;
  CHECK(twice(1, 1) == 2);
  CHECK(sums(1) == 2.5F);
  CHECK((2.0 * std::complex<double>(1, 2) - 1.0).imag() == 4);
  CHECK((3 * std::valarray<int>{1, 2} + 1)[1] == 7);
  CHECK(2 * std::chrono::seconds(3) / 2 == std::chrono::seconds(3));
  CHECK((2 * foreign::expression{3} + 1).value == 7);
}
