#pragma once
// A transformer of functions of tensors alone: no layer, no operation and nothing else of slim's sources was needed for it.

#include <slim/slim.hpp>

namespace transformer {

using namespace slim;

constexpr double square_root(double x) {
  double root = x;
  for (int i = 0; i < 60; ++i) root = 0.5 * (root + x / root);
  return root;
}

// [block] pre-norm (Xiong et al. 2020): layer normalization, attention of several heads, an MLP with GELU; [tokens, width] twice
constexpr tensor normalized(const tensor& x) {
  const tensor centred = x - reduce_mean(x, -1, true);
  const tensor y = centred * rsqrt(reduce_mean(square(centred), -1, true) + 1e-5);
  return y * model_variable(x, "gamma", {x.channels()}, ones) + model_variable(x, "beta", {x.channels()}, zeros);
}
constexpr tensor dense(const tensor& x, int outputs) {
  return matmul(x, model_variable(x, "weights", {x.channels(), outputs})) + model_variable(x, "biases", {outputs}, zeros);
}
template <class Function>
constexpr tensor in_scope(const char* name, const tensor& x, Function function) {
  return scope(name, function)(x);
}

constexpr tensor attention(const tensor& x, int heads) {
  const int tokens = x.shape()[0], each = x.channels() / heads;
  const auto by_head = [&](const tensor& t) { return transpose(reshape(t, {tokens, heads, each}), {1, 0, 2}); };
  const auto [q, k, v] = split<3>(in_scope("qkv", x, [](const tensor& t) { return dense(t, 3 * t.channels()); }), -1);
  const tensor scores = matmul(by_head(q) * (1 / square_root(each)), by_head(k), false, true);  // [heads, tokens, tokens]
  const tensor mixed = transpose(matmul(softmax("attention")(scores), by_head(v)), {1, 0, 2});
  return in_scope("out", reshape(mixed, x.shape()), [](const tensor& t) { return dense(t, t.channels()); });
}
constexpr auto block(const char* name, int heads, int inner) {
  return scope(name, [heads, inner](const tensor& x) {
    const tensor y = x + in_scope("attention", in_scope("norm1", x, normalized), [heads](const tensor& t) { return attention(t, heads); });
    const tensor wide = gelu(in_scope("mlp1", in_scope("norm2", y, normalized), [inner](const tensor& t) { return dense(t, inner); }));
    return y + in_scope("mlp2", wide, [&](const tensor& t) { return dense(t, x.channels()); });
  });
}
// [end]

/// Sequences [tokens, symbols] to scores of classes: places are learned, the mean of the tokens decides.
constexpr auto classifier(int width, int heads, int classes) {
  return scope("transformer", [width, heads, classes](const tensor& x) {
    const tensor tokens = in_scope("embedding", x, [width](const tensor& t) { return dense(t, width); }) + model_variable(x, "places", {x.shape()[0], width});
    const tensor seen = block("block1", heads, 2 * width)(tokens);
    return in_scope("logits", expand_dims(reduce_mean(in_scope("norm", seen, normalized), 0), 0),
                    [classes](const tensor& t) { return squeeze(dense(t, classes), 0); });
  });
}

}  // namespace transformer
