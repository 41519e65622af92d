#pragma once
#include "slim/core/begin.hpp"
// DCGAN: Radford, Metz & Chintala 2015, "Unsupervised representation learning with deep convolutional generative adversarial networks", as TF-Slim defines it,
// section 13.8. docs/training.md trains one.

#include "slim/nets/generative.hpp"

namespace slim::nets {

/// What the generator and the discriminator normalize with.
constexpr auto dcgan_batch_norm(bool fused_batch_norm) { return arg_scope<batch_norm>(zero_debias_moving_mean = true, fused = fused_batch_norm); }

struct dcgan_discriminator_options {
  int depth = 64;                 // channels of the first convolution
  bool fused_batch_norm = false;  // the unbiased variance of the batch is averaged
};

/// Halves images, whose side is a power of two, to one pixel of one logit: [1].
struct dcgan_discriminator_body {
  dcgan_discriminator_options with;

  constexpr tensor operator()(const tensor& images) const {
    tracer& trace = *images.trace;
    const slim::shape image = images.shape();
    if (image.rank != 3) trace.fail(graph::rule::rank_mismatch, {image.rank}, {3});
    else if (image[0] != image[1]) trace.fail_number("width", image[1], "that of the height: images are square");
    else if (!detail::power_of_two(image[1])) trace.fail_number("width", image[1], "a power of 2");
    if (trace.g.failed()) return images;
    tensor y = images;
    for (int i = 0; i < detail::log2_of(image[0]); ++i) {
      const auto half = conv2d(with.depth << i, {4, 4}, 2, detail::conv_names[i + 1], activation_fn = leaky_relu);
      y = i == 0 ? half(y) : arg_scope<conv2d>(normalizer_fn = batch_norm)(half)(y);
    }
    return detail::end_point(reshape(conv2d(1, {1, 1}, padding = VALID, activation_fn = none)(y), {1}), "logits");
  }
};
constexpr auto make_dcgan_discriminator(const dcgan_discriminator_options& with = {}) {
  return scope("Discriminator", dcgan_batch_norm(with.fused_batch_norm)(dcgan_discriminator_body{with}));
}

struct dcgan_generator_options {
  int depth = 64;       // channels of the last transposed convolution
  int final_size = 32;  // height and width of the images: a power of 2, at least 8
  int num_outputs = 3;  // their channels
  bool fused_batch_norm = false;
};

/// From a vector of any length to logits [final_size, final_size, num_outputs]: 4×4 pixels and then twice as many each time.
struct dcgan_generator_body {
  dcgan_generator_options with;

  constexpr tensor operator()(const tensor& noise) const {
    tracer& trace = *noise.trace;
    const int length = noise.shape().rank == 1 ? noise.shape()[0] : 0, layers = detail::log2_of(with.final_size) - 1;
    if (length == 0) trace.fail(graph::rule::rank_mismatch, {noise.shape().rank}, {1});
    else if (with.final_size < 8 || !detail::power_of_two(with.final_size)) trace.fail_number("final_size", with.final_size, "a power of 2, at least 8");
    if (trace.g.failed()) return noise;
    const auto name = [](int i) { return detail::deconv_names[i]; };
    tensor y = conv2d_transpose(with.depth << (layers - 1), {4, 4}, 1, name(1), padding = VALID)(reshape(noise, {1, 1, length}));
    for (int i = 2; i < layers; ++i) y = conv2d_transpose(with.depth << (layers - i), {4, 4}, 2, name(i))(y);
    y = conv2d_transpose(with.depth, {4, 4}, 2, name(layers), normalizer_fn = none, activation_fn = none)(y);
    return conv2d(with.num_outputs, {1, 1}, "logits", padding = VALID, activation_fn = none)(y);
  }
};
constexpr auto make_dcgan_generator(const dcgan_generator_options& with = {}) {
  return scope("Generator", dcgan_batch_norm(with.fused_batch_norm)(arg_scope<conv2d_transpose>(normalizer_fn = batch_norm)(dcgan_generator_body{with})));
}

inline constexpr auto dcgan_discriminator = make_dcgan_discriminator();
inline constexpr auto dcgan_generator = make_dcgan_generator();

}  // namespace slim::nets

#include "slim/core/end.hpp"
