#pragma once
#include "slim/core/begin.hpp"

#include "slim/functions/matmul.hpp"
#include "slim/layers/normalizer.hpp"

namespace slim {

// clang-format off
struct inverse_keyword : keyword<inverse_keyword, bool> { static constexpr const char* name = "inverse"; using keyword::operator=; };
struct beta_min_keyword : keyword<beta_min_keyword, double> { static constexpr const char* name = "beta_min"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1e300, "at least 0"); } };
struct gamma_init_keyword : keyword<gamma_init_keyword, double> { static constexpr const char* name = "gamma_init"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1e300, "at least 0"); } };
struct reparam_offset_keyword : keyword<reparam_offset_keyword, double> { static constexpr const char* name = "reparam_offset"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1e300, "at least 0"); } };

inline constexpr inverse_keyword inverse;
inline constexpr beta_min_keyword beta_min;
inline constexpr gamma_init_keyword gamma_init;
inline constexpr reparam_offset_keyword reparam_offset;
// clang-format on

namespace detail {

constexpr double root(double x) {
  if (x <= 0) return 0;
  double y = x > 1 ? x : 1;
  for (double next = 0.5 * (y + x / y); next < y; next = 0.5 * (y + x / y)) y = next;
  return y;
}

/// max(x, bound), with all of the gradient where x is not below the bound, and below it as much as lifts x.
constexpr tensor lower_bound(const tensor& x, double bound) {
  const tensor lifted = custom_gradient(x, [bound](auto v, auto g) { return select(bound > v, select(g < 0.0, g, 0.0), g); });
  return slim::apply(expr::scalar_function_of<2>([bound](auto v, auto passed) { return select(bound > v, bound + (passed - v), passed); }), stop_gradient(x),
                     lifted);
}

}  // namespace detail

/// Generalized divisive normalization (Ballé, Laparra & Simoncelli 2016): y_i = x_i / sqrt(β_i + Σ_j γ_ji x_j²) over the channels j of each pixel; `inverse`
/// multiplies. Variables, no model variables: `reparam_beta` [channels] and `reparam_gamma` [channels, channels], of which β = max(v, sqrt(beta_min + p))² − p
/// and γ = max(v, reparam_offset)² − p with p = reparam_offset². TF-Slim section 2.7. Call: gdn(["scope"][, keyword = value ...]), or as normalizer_fn.
struct gdn_layer : normalizing_layer<gdn_layer, inverse_keyword, beta_min_keyword, gamma_init_keyword, reparam_offset_keyword, trainable_keyword> {
  static constexpr const char* function_name = "gdn";
  static constexpr const char* default_scope = "gdn";
  static constexpr auto defaults =
      arguments_of(inverse = false, beta_min = 1e-6, gamma_init = 0.1, reparam_offset = 1.0 / 262144, trainable = true, reuse = false);

  static constexpr tensor apply(const tensor& x, const arguments<gdn_layer>& with) {
    tracer& trace = *x.trace;
    if (x.shape().rank < 2) {
      trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {2});
      return x;
    }
    const int channels = x.channels();
    const double pedestal = with[reparam_offset] * with[reparam_offset];
    const reuse_guard sharing(trace, with[reuse]);
    const auto parameter = [&](const char* name, const slim::shape& extent, const initializer& initial, double bound) {
      const tensor v(trace, trace.variable(name, extent, initial, -1, with[trainable], variable_kind::global, {}));
      return slim::apply(expr::scalar_function_of<1>([pedestal](auto bounded) { return square(bounded) - pedestal; }), detail::lower_bound(v, bound));
    };
    const tensor offsets = parameter("reparam_beta", {channels}, {distribution::constant, detail::root(1 + pedestal)}, detail::root(with[beta_min] + pedestal));
    const tensor gamma = parameter("reparam_gamma", {channels, channels},
                                   {distribution::diagonal, detail::root(with[gamma_init] + pedestal), detail::root(pedestal)}, with[reparam_offset]);
    const tensor norm = sqrt(matmul(square(x), gamma) + offsets);
    return with[inverse] ? x * norm : x / norm;
  }
};
inline constexpr gdn_layer gdn;

}  // namespace slim

#include "slim/core/end.hpp"
