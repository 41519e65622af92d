#pragma once
#include "slim/core/begin.hpp"
// What the generative networks share: numbered names, named results, ways to make an image larger. TF-Slim section 13.8.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// How a generator makes an image larger: a transposed convolution, or the nearest pixels or an interpolation (CycleGAN's only) and then a convolution.
enum class upsample_method : unsigned char { conv2d_transpose, nn_upsample_conv, bilinear_upsample_conv };

namespace detail {

// TF-Slim counts here without an underscore.
inline constexpr const char* conv_names[] = {"conv0", "conv1",  "conv2",  "conv3",  "conv4",  "conv5",  "conv6",  "conv7", "conv8",
                                             "conv9", "conv10", "conv11", "conv12", "conv13", "conv14", "conv15", "conv16"};
inline constexpr const char* deconv_names[] = {"deconv0", "deconv1",  "deconv2",  "deconv3",  "deconv4",  "deconv5",  "deconv6",  "deconv7", "deconv8",
                                               "deconv9", "deconv10", "deconv11", "deconv12", "deconv13", "deconv14", "deconv15", "deconv16"};
inline constexpr const char* encoder_names[] = {"encoder0", "encoder1", "encoder2", "encoder3", "encoder4",  "encoder5",
                                                "encoder6", "encoder7", "encoder8", "encoder9", "encoder10", "encoder11"};
inline constexpr const char* decoder_names[] = {"decoder0", "decoder1", "decoder2", "decoder3", "decoder4",  "decoder5",
                                                "decoder6", "decoder7", "decoder8", "decoder9", "decoder10", "decoder11"};

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
