#pragma once
#include "slim/core/begin.hpp"
// pix2pix: Isola et al. 2017, "Image-to-image translation with conditional adversarial networks", as TF-Slim defines it, section 13.8.

#include "slim/nets/generative.hpp"

namespace slim::nets {

/// Defaults of both networks.
constexpr auto pix2pix_arg_scope() {
  return published(arg_scope<conv2d, conv2d_transpose>(normalizer_fn = instance_norm, weights_initializer = random_normal(0.0, 0.02)) +
                   arg_scope<instance_norm>(center = true, scale = true, epsilon = 0.00001));
}

/// One step down of the encoder and the step up that answers it. `decoder_keep_prob` 0: no dropout.
struct pix2pix_block {
  int num_filters = 0;
  double decoder_keep_prob = 0;
};
/// Blocks from the largest image to the smallest, at most 12.
struct pix2pix_blocks {
  static constexpr int capacity = 12;
  pix2pix_block all[capacity]{};
  int count = 0;

  constexpr pix2pix_blocks(std::initializer_list<pix2pix_block> given) {
    for (const pix2pix_block& one : given)
      if (count++ < capacity) all[count - 1] = one;
  }
};

struct pix2pix_generator_options {
  pix2pix_blocks blocks = {{64, 0.5}, {128, 0.5}, {256, 0.5}, {512, 0}, {512, 0}, {512, 0}, {512, 0}};
  upsample_method upsample_fn = upsample_method::nn_upsample_conv;
};

/// A U-Net: each block halves the image; on the way back what the encoder saw at this size stands beside it. Height and width are multiples of 2 for each
/// block.
struct pix2pix_generator_body {
  int num_outputs;
  pix2pix_generator_options with;

  constexpr tensor operator()(const tensor& images) const {
    tracer& trace = *images.trace;
    const pix2pix_blocks& blocks = with.blocks;
    const int last = blocks.count - 1;
    if (last < 0 || blocks.count > pix2pix_blocks::capacity) trace.fail_number("blocks", blocks.count, "1 to 12 blocks");
    if (with.upsample_fn == upsample_method::bilinear_upsample_conv)
      trace.fail_number("upsample_fn", static_cast<int>(with.upsample_fn), "conv2d_transpose (0) or nn_upsample_conv (1)");
    if (trace.g.failed() || !detail::multiples(images, 1 << blocks.count, "a multiple of 2 for each block")) return images;

    slim::detail::list<tensor> encoded, decoded;
    const int outside = trace.open("encoder");
    for (int i = 0; i <= last; ++i) {
      const int filters = blocks.all[i].num_filters;
      const tensor& x = i == 0 ? images : encoded[i - 1];
      if (i == last) encoded.push(conv2d(filters, {4, 4}, 2, activation_fn = none, normalizer_fn = none)(x));
      else if (i == 0) encoded.push(conv2d(filters, {4, 4}, 2, activation_fn = leaky_relu, normalizer_fn = none)(x));
      else encoded.push(conv2d(filters, {4, 4}, 2, activation_fn = leaky_relu)(x));
    }
    trace.close(outside);
    trace.open("decoder");
    for (int i = 0; i <= last; ++i) {
      const auto [filters, keep] = blocks.all[last - i];
      const tensor x = relu(i == 0 ? encoded[last] : concat(decoded[i - 1], encoded[last - i]));
      const tensor y = with.upsample_fn == upsample_method::nn_upsample_conv ? conv2d(filters, {4, 4}, activation_fn = none)(upsample(2)(x))
                                                                             : conv2d_transpose(filters, {4, 4}, 2, activation_fn = none)(x);
      decoded.push(keep > 0 ? dropout(keep, is_training = true)(y) : y);  // in both forms of the network
    }
    trace.close(outside);
    for (int i = 0; i <= last; ++i) {
      detail::end_point(encoded[i], detail::encoder_names[i]);
      detail::end_point(decoded[i], detail::decoder_names[i]);
    }
    const tensor logits = detail::end_point(scope("output", conv2d(num_outputs, {4, 4}, activation_fn = none, normalizer_fn = none))(decoded[last]), "logits");
    detail::end_point(tanh(logits), "predictions");
    return logits;
  }
};
/// Returns logits [height, width, num_outputs]; the end point `predictions` is their tanh. Dropout stays on at inference, as the paper has it.
constexpr auto make_pix2pix_generator(int num_outputs, const pix2pix_generator_options& with = {}) { return pix2pix_generator_body{num_outputs, with}; }

/// Channels of convolutions, at most 16.
struct filter_list {
  static constexpr int capacity = 16;
  int numbers[capacity]{};
  int count = 0;

  constexpr filter_list(std::initializer_list<int> given) {
    for (int one : given)
      if (count++ < capacity) numbers[count - 1] = one;
  }
};

struct pix2pix_discriminator_options {
  int padding = 2;  // rows and columns around the image in front of each convolution
  slim::pad_mode pad_mode = REFLECT;
  stored_function activation_fn = leaky_relu;
};

/// Tells patches apart, not images.
struct pix2pix_discriminator_body {
  filter_list num_filters;
  pix2pix_discriminator_options with;

  constexpr tensor operator()(const tensor& images) const {
    tracer& trace = *images.trace;
    const int layers = num_filters.count;
    if (layers < 2 || layers > filter_list::capacity) trace.fail_number("num_filters", layers, "2 to 16 layers");
    if (images.shape().rank != 3) trace.fail(graph::rule::rank_mismatch, {images.shape().rank}, {3});
    if (trace.g.failed()) return images;
    const axis_padding border{with.padding, with.padding};
    const auto name = [](int i) { return detail::conv_names[i]; };
    const auto padded = [&](const tensor& x, int i) {
      return scope(name(i), [&](const tensor& image) { return pad(image, {border, border, {0, 0}}, with.pad_mode); })(x);
    };
    tensor y = images;
    for (int i = 0; i < layers; ++i) {
      const auto one =
          conv2d(num_filters.numbers[i], {4, 4}, i == layers - 1 ? 1 : 2, name(i), slim::padding = VALID, slim::activation_fn = with.activation_fn);
      y = i == 0 ? arg_scope<conv2d>(normalizer_fn = none)(one)(padded(y, i)) : one(padded(y, i));
    }
    y = conv2d(1, {4, 4}, 1, name(layers), slim::padding = VALID, slim::activation_fn = none, normalizer_fn = none)(padded(y, layers));
    detail::end_point(sigmoid(y), "predictions");
    return detail::end_point(y, "logits");
  }
};
/// Returns logits [n, n, 1], one for each patch; the end point `predictions` is their sigmoid. A stride of 2 in all but the last of the layers.
constexpr auto make_pix2pix_discriminator(const filter_list& num_filters, const pix2pix_discriminator_options& with = {}) {
  return pix2pix_discriminator_body{num_filters, with};
}

}  // namespace slim::nets

#include "slim/core/end.hpp"
