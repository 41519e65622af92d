#pragma once
#include "slim/core/begin.hpp"
// CycleGAN's generator: Zhu et al. 2017, "Unpaired image-to-image translation using cycle-consistent adversarial networks", as TF-Slim defines it, section
// 13.8.

#include "slim/nets/generative.hpp"

namespace slim::nets {

/// Defaults of CycleGAN. Transposed convolutions are not among them: they have biases and Xavier's weights.
constexpr auto cyclegan_arg_scope(bool instance_norm_center = true, bool instance_norm_scale = true, double instance_norm_epsilon = 0.001,
                                  double weights_init_stddev = 0.02, double weight_decay = 0.0) {
  return published(arg_scope<conv2d>(normalizer_fn = instance_norm, weights_initializer = random_normal(0.0, weights_init_stddev),
                                     weights_regularizer = l2_regularizer(weight_decay)) +
                   arg_scope<instance_norm>(center = instance_norm_center, scale = instance_norm_scale, epsilon = instance_norm_epsilon));
}

struct cyclegan_generator_options {
  int num_resnet_blocks = 6;
  int num_filters = 64;            // of the first layer
  extent2 kernel_size = 3;         // of the layers between the first and the last, which have 7×7
  double tanh_linear_slope = 0.0;  // of what is added to tanh(logits)
  upsample_method upsample_fn = upsample_method::conv2d_transpose;
};

/// Images whose height and width are multiples of 4, to images of the same shape.
struct cyclegan_generator_resnet_body {
  cyclegan_generator_options with;

  constexpr tensor operator()(const tensor& images) const {
    if (!detail::multiples(images, 4, "a multiple of 4")) return images;
    const auto point = [](const tensor& x, const char* name) { return detail::end_point(x, name); };
    const auto reflect_3 = [](const tensor& x) { return detail::reflected(x, {3, 3}, {3, 3}); };
    const extent2 kernel = with.kernel_size;
    const auto reflect = [kernel](const tensor& x) {
      return detail::reflected(x, {(kernel.height - 1) / 2, kernel.height / 2}, {(kernel.width - 1) / 2, kernel.width / 2});
    };
    const auto valid = arg_scope<conv2d>(padding = VALID);
    const int filters = with.num_filters;

    tensor y = point(scope("input", reflect_3 >> valid(conv2d(filters, {7, 7})))(images), "encoder_0");
    const int outer = y.trace->open("encoder");
    const tensor half = (reflect >> valid(conv2d(filters * 2, kernel, 2)))(y);
    const tensor quarter = (reflect >> valid(conv2d(filters * 4, kernel, 2)))(half);
    y.trace->close(outer);
    point(half, "encoder_1");
    y = point(quarter, "encoder_2");
    const auto block = reflect >> valid(conv2d(filters * 4, kernel)) >> reflect >> valid(conv2d(filters * 4, kernel, activation_fn = none));
    for (int i = 0; i < with.num_resnet_blocks; ++i) {
      y = y + scope("residual_blocks", [&](const tensor& x) { return apply_numbered(block, x, "block", i); })(y);
      y = apply_numbered(collect_named_output, y, "resnet_block", i);
    }
    y = point(scope("decoder", scope("decoder1", scope("upconv", upsampled{with.upsample_fn, filters * 2})))(y), "decoder1");
    y = point(scope("decoder", scope("decoder2", scope("upconv", upsampled{with.upsample_fn, filters})))(y), "decoder2");
    const tensor logits =
        point(scope("output", reflect_3 >> valid(conv2d(images.channels(), {7, 7}, activation_fn = none, normalizer_fn = none)))(y), "logits");
    return point(with.tanh_linear_slope == 0 ? tanh(logits) : tanh(logits) + logits * with.tanh_linear_slope, "predictions");
  }

private:
  /// Twice the height and width.
  struct upsampled {
    upsample_method how;
    int outputs;

    constexpr tensor operator()(const tensor& x) const {
      if (how == upsample_method::conv2d_transpose) return slice(conv2d_transpose(outputs, {3, 3}, 2, padding = VALID)(x), {1, 1, 0}, {-1, -1, -1});
      // TF-Slim interpolates as TensorFlow 1 did.
      const tensor twice = how == upsample_method::nn_upsample_conv ? upsample(2)(x) : resize_bilinear(x, x.shape()[0] * 2, x.shape()[1] * 2, false);
      return conv2d(outputs, {3, 3}, padding = VALID)(detail::reflected(twice, {1, 1}, {1, 1}));
    }
  };
};
/// Returns predictions in (−1, 1); the end point `logits` is in front of tanh.
constexpr auto make_cyclegan_generator_resnet(const cyclegan_generator_options& with = {}) { return cyclegan_generator_resnet_body{with}; }

inline constexpr auto cyclegan_generator_resnet = cyclegan_arg_scope()(make_cyclegan_generator_resnet());

}  // namespace slim::nets

#include "slim/core/end.hpp"
