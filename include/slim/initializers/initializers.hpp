#pragma once
#include "slim/core/begin.hpp"
// Initializers under TF-Slim's names. TF-Slim section 3.

#include <cstddef>

#include "slim/graph/initializer.hpp"

namespace slim {

constexpr initializer constant(double value) { return {distribution::constant, value}; }
inline constexpr initializer zeros = constant(0);
inline constexpr initializer ones = constant(1);
constexpr initializer random_uniform(double minimum, double maximum) { return {distribution::uniform, minimum, maximum}; }
constexpr initializer random_normal(double mean, double stddev) { return {distribution::normal, mean, stddev}; }
/// Normal numbers drawn again until they lie within two standard deviations of the mean.
constexpr initializer truncated_normal(double mean, double stddev) { return {distribution::truncated_normal, mean, stddev}; }

/// Variance factor/n with n = fan in, fan out or their mean; normal numbers are truncated and widened by √1.3 as in TF-Slim.
/// Source: He et al. 2015 (factor 2, FAN_IN), Glorot & Bengio 2010 (factor 1, FAN_AVG).
constexpr initializer variance_scaling(double factor = 2.0, fan_mode mode = FAN_IN, bool uniform = false) {
  initializer result(distribution::variance_scaling, factor);
  result.mode = mode;
  result.uniform = uniform;
  return result;
}
/// Glorot & Bengio 2010; TF-Slim's default for weights, uniform unless told otherwise.
constexpr initializer xavier(bool uniform = true) { return variance_scaling(1.0, FAN_AVG, uniform); }

/// A random matrix [product of all but the last extent, last extent] with orthonormal rows or columns (Saxe et al. 2014), times `gain`.
constexpr initializer orthogonal(double gain = 1.0) { return {distribution::orthogonal, gain}; }

/// Given values, one for each element in row-major order. The array must have static storage duration.
template <std::size_t Count>
constexpr initializer from_values(const float (&values)[Count]) {
  initializer result(distribution::values, 0);
  result.values = values;
  result.count = static_cast<int>(Count);
  return result;
}

}  // namespace slim

#include "slim/core/end.hpp"
