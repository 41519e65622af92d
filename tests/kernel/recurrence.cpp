#include "slim/kernel/recurrence.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

struct sequence_case {
  recurrence_geometry geometry;
  long examples;
  bool bias;
};

using enum recurrent_cell;
const sequence_case sequence_cases[] = {{{lstm, 1, 1, 1}, 1, true},        {{lstm, 67, 3, 5}, 2, true},      {{lstm, 5, 7, 17}, 9, false},
                                        {{gru, 1, 2, 3}, 3, true},         {{gru, 40, 5, 4}, 1, false},      {{gru, 6, 3, 19}, 6, true},
                                        {{simple_rnn, 34, 2, 9}, 5, true}, {{simple_rnn, 3, 9, 2}, 2, false}};

template <class T>
struct sequence_data {
  std::vector<T> x, weights, recurrent, bias, state, dy;

  explicit sequence_data(const sequence_case& c)
      : x(values<T>(c.examples * c.geometry.time * c.geometry.inputs, 1)), weights(values<T>(c.geometry.inputs * c.geometry.gates() * c.geometry.units, 2)),
        recurrent(values<T>(c.geometry.units * c.geometry.gates() * c.geometry.units, 3)), bias(values<T>(c.geometry.biases(), 4)),
        state(values<T>(c.examples * c.geometry.state_rows() * c.geometry.units, 5)), dy(values<T>(c.examples * c.geometry.time * c.geometry.units, 6)) {
    for (T& w : recurrent) w = w * T(0.3);  // contractive, so that rounding does not grow
  }
  recurrence_operands<T> operands(const sequence_case& c, bool with_state) const {
    return {x.data(), weights.data(), recurrent.data(), c.bias ? bias.data() : nullptr, with_state ? state.data() : nullptr};
  }
};

/// Plain loops in double: the outputs, and behind them the last cell where there is one.
template <class T>
std::vector<double> plain(const sequence_case& c, const sequence_data<T>& d, bool with_state) {
  const auto& g = c.geometry;
  const auto at = [](const std::vector<T>& from, long i) { return static_cast<double>(from[static_cast<std::size_t>(i)]); };
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  const long u = g.units, columns = g.gates() * u;
  std::vector<double> y;
  for (long e = 0; e < c.examples; ++e) {
    std::vector<double> h(static_cast<std::size_t>(u)), cell(h);
    for (long j = 0; j < u && with_state; ++j) {
      h[static_cast<std::size_t>(j)] = at(d.state, e * g.state_rows() * u + j);
      if (g.cell == lstm) cell[static_cast<std::size_t>(j)] = at(d.state, (e * 2 + 1) * u + j);
    }
    for (long t = 0; t < g.time; ++t) {
      const std::vector<double> before = h;
      for (long j = 0; j < u; ++j) {
        double in[4]{}, of_state[4]{};
        for (long gate = 0; gate < g.gates(); ++gate) {
          const long column = gate * u + j;
          if (c.bias) in[gate] = at(d.bias, column), of_state[gate] = g.cell == gru ? at(d.bias, columns + column) : 0;
          for (long i = 0; i < g.inputs; ++i) in[gate] += at(d.x, (e * g.time + t) * g.inputs + i) * at(d.weights, i * columns + column);
          for (long i = 0; i < u; ++i) of_state[gate] += before[static_cast<std::size_t>(i)] * at(d.recurrent, i * columns + column);
        }
        const auto sum = [&](int gate) { return in[gate] + of_state[gate]; };
        const auto own = static_cast<std::size_t>(j);
        if (g.cell == lstm) {
          cell[own] = sigmoid(sum(1)) * cell[own] + sigmoid(sum(0)) * std::tanh(sum(2));
          h[own] = sigmoid(sum(3)) * std::tanh(cell[own]);
        } else if (g.cell == gru) {
          const double z = sigmoid(sum(0));
          h[own] = z * before[own] + (1 - z) * std::tanh(in[2] + sigmoid(sum(1)) * of_state[2]);
        } else {
          h[own] = std::tanh(sum(0));
        }
      }
      y.insert(y.end(), h.begin(), h.end());
    }
    if (with_state && g.cell == lstm) y.insert(y.end(), cell.begin(), cell.end());
  }
  return y;
}

template <class T>
std::vector<T> whole(const sequence_case& c, const sequence_data<T>& d, bool with_state, int threads) {
  std::vector<T> y(static_cast<std::size_t>(c.examples * c.geometry.result_rows(with_state) * c.geometry.units), T(NAN));
  std::vector<T> workspace(static_cast<std::size_t>(threads * recurrence_workspace(c.geometry)), T(NAN));
  recurrence(c.geometry, c.examples, d.operands(c, with_state), y.data(), workspace.data(), threads);
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("recurrent cells", T, SLIM_TEST_SCALARS) {
  for (const sequence_case& c : sequence_cases) {
    CAPTURE(&c - sequence_cases);
    const sequence_data<T> d(c);
    for (const bool with_state : {false, true}) {
      const std::vector<T> y = whole(c, d, with_state, 1);
      CHECK(distance(y, plain(c, d, with_state)) <= 4 * tolerance<T>);
      for (int threads = 2; threads <= 3; ++threads) CHECK(whole(c, d, with_state, threads) == y);
    }
  }
}

TEST_CASE_TEMPLATE("a sequence has the bits of its steps one by one", T, SLIM_TEST_SCALARS) {
  for (const sequence_case& c : sequence_cases) {
    CAPTURE(&c - sequence_cases);
    const auto& g = c.geometry;
    sequence_data<T> d(c), step = d;
    sequence_case one = c;
    one.geometry.time = 1;
    const std::vector<T> y = whole(c, d, true, 1);
    const auto row = static_cast<std::size_t>(g.units);
    for (long t = 0; t < g.time; ++t) {
      step.x.clear();
      for (long e = 0; e < c.examples; ++e)
        for (long i = 0; i < g.inputs; ++i) step.x.push_back(d.x[static_cast<std::size_t>((e * g.time + t) * g.inputs + i)]);
      step.state = whole(one, step, true, 1);
      for (long e = 0; e < c.examples; ++e) {
        const auto found = step.state.cbegin() + e * g.state_rows() * g.units, expected = y.cbegin() + (e * g.result_rows(true) + t) * g.units;
        CHECK(std::vector<T>(found, found + static_cast<long>(row)) == std::vector<T>(expected, expected + static_cast<long>(row)));
      }
    }
  }
}

// The gradient in double is held against Keras's and against differences (tests/layers, tests/laws): here all vectors against that.
TEST_CASE_TEMPLATE("gradients of recurrent cells", T, SLIM_TEST_SCALARS) {
  const auto gradient = []<class S>(const sequence_case& c, const sequence_data<S>& d, int threads) {
    const auto y = whole(c, d, false, 1);
    std::vector<S> dz(static_cast<std::size_t>(c.examples * c.geometry.time * c.geometry.gradient_columns()), S(NAN));
    std::vector<S> workspace(static_cast<std::size_t>(threads * recurrence_gradient_workspace(c.geometry)), S(NAN));
    recurrence_gradient(c.geometry, c.examples, d.operands(c, false), y.data(), d.dy.data(), dz.data(), workspace.data(), threads);
    return dz;
  };
  for (const sequence_case& c : sequence_cases) {
    CAPTURE(&c - sequence_cases);
    const sequence_data<T> d(c);
    const std::vector<T> found = gradient(c, d, 1);
    CHECK(distance(found, gradient(c, sequence_data<double>(c), 1)) <= 20 * tolerance<T>);
    CHECK(gradient(c, d, 3) == found);
  }
}
