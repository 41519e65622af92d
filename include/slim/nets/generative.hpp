#pragma once
#include "slim/core/begin.hpp"
// What the generative networks share: numbered names, named results, ways to make an image larger. TF-Slim section 13.8.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// How a generator makes an image larger: a transposed convolution, or nearest pixels and then a convolution.
enum class upsample_method : unsigned char { conv2d_transpose, nn_upsample_conv };

namespace detail {

/// "conv0", "conv1", ..., "conv31": TF-Slim counts here without an underscore.
template <text Base>
struct numbered_names {
  static constexpr int capacity = 32;
  static constexpr auto all = [] {
    struct {
      char characters[capacity][sizeof(Base) + 2]{};
    } names;
    for (int i = 0; i < capacity; ++i) {
      int at = 0;
      for (; Base.characters[at] != '\0'; ++at) names.characters[i][at] = Base.characters[at];
      if (i >= 10) names.characters[i][at++] = static_cast<char>('0' + i / 10);
      names.characters[i][at] = static_cast<char>('0' + i % 10);
    }
    return names;
  }();
};
template <text Base>
constexpr const char* numbered_name(int i) {
  return numbered_names<Base>::all.characters[i];
}

/// `x` as the end point `name`.
constexpr tensor end_point(const tensor& x, const char* name) { return collected_as{name}(x); }

/// An image with a border of `rows` and `columns` of its mirror image.
constexpr tensor reflected(const tensor& x, const axis_padding& rows, const axis_padding& columns) { return pad(x, {rows, columns, {0, 0}}, REFLECT); }

constexpr int log2_of(int n) {
  int power = 0;
  while (n > 1) n /= 2, ++power;
  return power;
}
constexpr bool power_of_two(int n) { return n > 0 && 1 << log2_of(n) == n; }

/// Reports a height or width that is no multiple of `of`.
constexpr bool multiples(const tensor& x, int of, const char* range) {
  tracer& trace = *x.trace;
  if (x.shape().rank != 3) trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {3});
  for (int axis = 0; axis < 2 && !trace.g.failed(); ++axis)
    if (x.shape()[axis] % of != 0) trace.fail_number(axis == 0 ? "height" : "width", x.shape()[axis], range);
  return !trace.g.failed();
}

}  // namespace detail
}  // namespace slim::nets

#include "slim/core/end.hpp"
