#pragma once
#include "slim/core/begin.hpp"
// What a variable holds before training, as a value. TF-Slim section 3.

#include "slim/policy/keyword.hpp"
#include "slim/shape/shape.hpp"

namespace slim {

enum class distribution : unsigned char { none, constant, values, uniform, normal, truncated_normal, variance_scaling, orthogonal, diagonal, center };
enum class fan_mode : unsigned char { fan_in, fan_out, fan_avg };
inline constexpr fan_mode FAN_IN = fan_mode::fan_in;
inline constexpr fan_mode FAN_OUT = fan_mode::fan_out;
inline constexpr fan_mode FAN_AVG = fan_mode::fan_avg;

struct none_t {};
/// "Nothing here", given explicitly: no activation, no normalizer, no biases. Overrides what an arg_scope says.
inline constexpr none_t none{};

/// Initial values of a variable. `kind` none means that the variable is not made at all (`biases_initializer = none`).
struct initializer {
  distribution kind = distribution::none;
  double a = 0;  // constant: the value; uniform: lower bound; normal: mean; variance_scaling: factor; orthogonal: gain; diagonal, center: what stands on it
  double b = 0;  // uniform: upper bound; normal: standard deviation
  fan_mode mode = fan_mode::fan_avg;
  bool uniform = false;           // variance_scaling: uniform instead of truncated normal
  const float* values = nullptr;  // values: one for each element
  long count = 0;
  long part = 0;  // above 0: elements [part, 2·part) are `in_part`, whatever the others are
  double in_part = 0;

  /// A number that is out of range: see number_fault.
  constexpr number_fault fault() const {
    using enum distribution;
    if (kind == none || kind == distribution::values) return {};
    if (const number_fault first = check_range(a, -1e300, 1e300, "finite"); first.range != nullptr) return first;
    if (kind == distribution::uniform) return check_range(b, a, 1e300, "at least the minimum");
    if (kind == normal || kind == truncated_normal) return check_range(b, 0, 1e300, "a deviation of at least 0");
    if (kind == variance_scaling) return check_above(a, 0, 1e300, "a factor above 0");
    return {};
  }

  constexpr initializer() = default;
  constexpr initializer(none_t) {}
  constexpr initializer(distribution d, double first, double second = 0) : kind(d), a(first), b(second) {}
};

struct fans {
  double in, out;
};

/// TF-Slim's fan rule: fan_in = S[−2] (S[−1] for rank 1), fan_out = S[−1], both times the product of the extents before.
constexpr fans fans_of(const shape& s) {
  if (s.rank == 0) return {1, 1};
  double receptive_field = 1;
  for (int i = 0; i + 2 < s.rank; ++i) receptive_field *= s[i];
  return {receptive_field * (s.rank > 1 ? s[s.rank - 2] : s[0]), receptive_field * s[s.rank - 1]};
}

}  // namespace slim

#include "slim/core/end.hpp"
