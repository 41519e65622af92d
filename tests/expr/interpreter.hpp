#pragma once
// Evaluates a scalar function in double, node by node: the meaning that generated loops are compared with.

#include <cmath>
#include <vector>

#include "slim/expr/symbol.hpp"

inline double evaluate(const slim::expr::scalar_function& f, const std::vector<double>& arguments, int output = 0, double column = 0) {
  using enum slim::expr::scalar_op;
  std::vector<double> value;
  for (const slim::expr::scalar_node& n : f.nodes) {
    const double a = n.a < 0 ? 0 : value[static_cast<std::size_t>(n.a)], b = n.b < 0 ? 0 : value[static_cast<std::size_t>(n.b)],
                 c = n.c < 0 ? 0 : value[static_cast<std::size_t>(n.c)];
    double result = NAN;
    switch (n.op) {
      case input: result = arguments.at(static_cast<std::size_t>(n.value)); break;
      case constant: result = n.value; break;
      case position: result = column; break;
      case uniform: break;  // needs a generator: not a number here
      case negate: result = -a; break;
      case absolute: result = std::fabs(a); break;
      case square_root: result = std::sqrt(a); break;
      case exponential: result = std::exp(a); break;
      case logarithm: result = std::log(a); break;
      case logarithm_of_one_plus: result = std::log1p(a); break;
      case hyperbolic_tangent: result = std::tanh(a); break;
      case logistic: result = 1 / (1 + std::exp(-a)); break;
      case error_function: result = std::erf(a); break;
      case sine: result = std::sin(a); break;
      case cosine: result = std::cos(a); break;
      case power: result = std::pow(a, b); break;
      case floor: result = std::floor(a); break;
      case finite: result = std::isfinite(a); break;
      case add: result = a + b; break;
      case subtract: result = a - b; break;
      case multiply: result = a * b; break;
      case divide: result = a / b; break;
      case maximum: result = a > b || std::isnan(a) ? a : b; break;
      case minimum: result = a < b || std::isnan(a) ? a : b; break;
      case greater: result = a > b ? 1 : 0; break;
      case equal: result = a == b ? 1 : 0; break;
      case select: result = a != 0 ? b : c; break;
    }
    value.push_back(result);
  }
  return value[static_cast<std::size_t>(f.outputs[output])];
}
