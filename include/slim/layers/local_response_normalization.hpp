#pragma once
#include "slim/core/begin.hpp"

#include "slim/layers/keywords.hpp"
#include "slim/layers/layer.hpp"
#include "slim/op/local_response_normalization.hpp"

namespace slim {

// clang-format off
struct depth_radius_keyword : keyword<depth_radius_keyword, whole_number> { static constexpr const char* name = "depth_radius"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(0, "a whole number, at least 0"); } };
struct bias_keyword : keyword<bias_keyword, double> { static constexpr const char* name = "bias"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1e300, "at least 0"); } };
struct alpha_keyword : keyword<alpha_keyword, double> { static constexpr const char* name = "alpha"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1e300, "at least 0"); } };
struct beta_keyword : keyword<beta_keyword, double> { static constexpr const char* name = "beta"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, -1e300, 1e300, "finite"); } };
inline constexpr depth_radius_keyword depth_radius;
inline constexpr bias_keyword bias;
inline constexpr alpha_keyword alpha;
inline constexpr beta_keyword beta;
// clang-format on

/// y = x / (bias + alpha·Σ x_j²)^beta over the channels j within `depth_radius` (Krizhevsky et al. 2012); defaults of TensorFlow.
/// Call: local_response_normalization(["scope"][, keyword = value ...]).
struct local_response_normalization_layer : layer<local_response_normalization_layer> {
  static constexpr const char* function_name = "local_response_normalization";
  static constexpr const char* default_scope = "LRN";
  static constexpr auto defaults = arguments_of(depth_radius = 5, bias = 1.0, alpha = 1.0, beta = 0.5);
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return bind(rest...);
  }
  static constexpr tensor apply(const tensor& x, const arguments<local_response_normalization_layer>& with) {
    tracer& trace = *x.trace;
    return {trace, op::local_response_normalization::add(trace.g, x.node, {with[depth_radius], with[bias], with[alpha], with[beta]}, trace.scope)};
  }
};
inline constexpr local_response_normalization_layer local_response_normalization;

}  // namespace slim

#include "slim/core/end.hpp"
