#pragma once
// Residual blocks with squeeze and excitation (Hu et al. 2018, "Squeeze-and-Excitation Networks"): one gate per channel, from the mean of the image.

#include <slim/slim.hpp>

namespace squeeze_excitation {

using namespace slim;

constexpr auto gate(int reduction) {
  return scope("gate", [reduction](const tensor& x) {
    const tensor squeezed = reduce_mean(x, {0, 1});
    const int channels = x.channels();
    const tensor w1 = model_variable(x, "squeeze/weights", {channels, channels / reduction}),
                 w2 = model_variable(x, "excite/weights", {channels / reduction, channels});
    const tensor hidden = relu(matmul(expand_dims(squeezed, 0), w1));
    return x * sigmoid(squeeze(matmul(hidden, w2), 0));
  });
}
constexpr auto block(const char* name, int channels, int stride) {
  const auto body = conv2d(channels, {3, 3}, stride, "conv1") >> conv2d(channels, {3, 3}, "conv2", activation_fn = none) >> gate(2);
  const auto shortcut = conv2d(channels, {1, 1}, stride, "shortcut", activation_fn = none);
  return scope(name, [body, shortcut](const tensor& x) { return relu(shortcut(x) + body(x)); });
}
constexpr auto classifier(int channels, int classes) {
  return arg_scope<conv2d>(normalizer_fn = batch_norm)(scope(
      "se_resnet", conv2d(channels, {3, 3}, "stem") >> block("block1", channels, 1) >> block("block2", 2 * channels, 2) >>
                       [](const tensor& x) { return reduce_mean(x, {0, 1}); } >> fully_connected(classes, "logits", activation_fn = none)));
}

}  // namespace squeeze_excitation
