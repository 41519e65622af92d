#pragma once
#include "slim/core/begin.hpp"
// Writing scalar functions: calling any generic callable on symbols records what it computes.

#include <utility>

#include "slim/expr/scalar_function.hpp"

namespace slim::expr {

/// A scalar while a function is being recorded: an operand of a scalar_function, or a number.
struct symbol {
  scalar_function* function = nullptr;
  int node = -1;
  double number = 0;

  constexpr symbol(double constant) : number(constant) {}
  constexpr symbol(scalar_function* owner, int index) : function(owner), node(index) {}

  /// For `if (x > 0)` and `x > 0 ? a : b`, which cannot be: a function has one course for all numbers, see select.
  constexpr explicit operator bool() const {
    if (function != nullptr) function->has_condition = true;
    return false;
  }

  constexpr int in(scalar_function& owner) const { return function != nullptr ? node : owner.add_constant(number); }
};

constexpr symbol record(scalar_op op, const symbol& a, const symbol& b = 0.0, const symbol& c = 0.0) {
  scalar_function& owner = *(a.function != nullptr ? a.function : b.function != nullptr ? b.function : c.function);
  const int operands = operand_count(op);
  const int first = a.in(owner), second = operands > 1 ? b.in(owner) : -1, third = operands > 2 ? c.in(owner) : -1;
  return {&owner, owner.emit(op, first, second, third)};
}

constexpr symbol operator-(const symbol& x) { return record(scalar_op::negate, x); }
constexpr symbol operator+(const symbol& x, const symbol& y) { return record(scalar_op::add, x, y); }
constexpr symbol operator-(const symbol& x, const symbol& y) { return record(scalar_op::subtract, x, y); }
constexpr symbol operator*(const symbol& x, const symbol& y) { return record(scalar_op::multiply, x, y); }
constexpr symbol operator/(const symbol& x, const symbol& y) { return record(scalar_op::divide, x, y); }
constexpr symbol operator>(const symbol& x, const symbol& y) { return record(scalar_op::greater, x, y); }
constexpr symbol operator<(const symbol& x, const symbol& y) { return record(scalar_op::greater, y, x); }
constexpr symbol operator==(const symbol& x, const symbol& y) { return record(scalar_op::equal, x, y); }
constexpr symbol operator>=(const symbol& x, const symbol& y) { return (x > y) + (x == y); }
constexpr symbol operator<=(const symbol& x, const symbol& y) { return y >= x; }
/// 1 where they differ; what is no number differs from everything.
constexpr symbol operator!=(const symbol& x, const symbol& y) { return 1.0 - (x == y); }
constexpr symbol abs(const symbol& x) { return record(scalar_op::absolute, x); }
constexpr symbol sqrt(const symbol& x) { return record(scalar_op::square_root, x); }
constexpr symbol exp(const symbol& x) { return record(scalar_op::exponential, x); }
constexpr symbol log(const symbol& x) { return record(scalar_op::logarithm, x); }
constexpr symbol log1p(const symbol& x) { return record(scalar_op::logarithm_of_one_plus, x); }
constexpr symbol tanh(const symbol& x) { return record(scalar_op::hyperbolic_tangent, x); }
/// The logistic function 1 / (1 + exp(−x)).
constexpr symbol sigmoid(const symbol& x) { return record(scalar_op::logistic, x); }
constexpr symbol erf(const symbol& x) { return record(scalar_op::error_function, x); }
constexpr symbol sin(const symbol& x) { return record(scalar_op::sine, x); }
constexpr symbol cos(const symbol& x) { return record(scalar_op::cosine, x); }
constexpr symbol floor(const symbol& x) { return record(scalar_op::floor, x); }
/// 1 where x is a number that is not infinite, else 0, with -ffast-math too.
constexpr symbol finite(const symbol& x) { return record(scalar_op::finite, x); }
constexpr symbol max(const symbol& x, const symbol& y) { return record(scalar_op::maximum, x, y); }
constexpr symbol min(const symbol& x, const symbol& y) { return record(scalar_op::minimum, x, y); }
constexpr symbol square(const symbol& x) { return x * x; }
constexpr symbol rsqrt(const symbol& x) { return 1.0 / sqrt(x); }
constexpr symbol pow(const symbol& x, const symbol& y) { return record(scalar_op::power, x, y); }
/// Small whole exponents and halves are products and roots, which cost a tenth.
constexpr symbol pow(const symbol& x, double y) {
  if (y < 0 && y >= -8) return 1.0 / pow(x, -y);
  if (y == 0.5) return sqrt(x);
  if (y > 8 || y < 1 || y != static_cast<int>(y)) return pow(x, symbol(y));
  const symbol half = y < 2 ? x : pow(x, static_cast<double>(static_cast<int>(y) / 2));
  return y < 2 ? x : static_cast<int>(y) % 2 == 0 ? half * half : half * half * x;
}
/// `condition` is a comparison (or any number: true unless zero).
constexpr symbol select(const symbol& condition, const symbol& yes, const symbol& no) { return record(scalar_op::select, condition, yes, no); }

constexpr symbol ceil(const symbol& x) { return -floor(-x); }
/// −1, 0 or 1; not a number for what is none. Its slope is 0.
constexpr symbol sign(const symbol& x) { return select(x == x, (x > 0.0) - (x < 0.0), x); }

// 1 or 0 for conditions: both are computed.
constexpr symbol operator!(const symbol& x) { return select(x, 0.0, 1.0); }
constexpr symbol operator&&(const symbol& x, const symbol& y) { return select(x, select(y, 1.0, 0.0), 0.0); }
constexpr symbol operator||(const symbol& x, const symbol& y) { return select(x, 1.0, select(y, 1.0, 0.0)); }

/// Records `callable`, a generic callable of some numbers and `Inputs` scalars that returns one scalar.
template <int Inputs, class Callable, class... Numbers>
constexpr scalar_function scalar_function_of(const Callable& callable, Numbers... numbers) {
  scalar_function function;
  for (int i = 0; i < Inputs; ++i) function.add_input(i);
  const symbol result = [&]<int... I>(std::integer_sequence<int, I...>) {
    return symbol(callable(numbers..., symbol{&function, function.add_input(I)}...));
  }(std::make_integer_sequence<int, Inputs>{});
  function.add_output(result.in(function));
  return function;
}

}  // namespace slim::expr

#include "slim/core/end.hpp"
