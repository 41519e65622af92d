// The same in the last layer of a deep network that is trained: the message is as short as for a shallow one.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
using image = input<32, 32, 3>;
#else
using image = input<24, 24, 3>;
#endif
inline constexpr auto net = scope(
    "vgg",
    arg_scope<conv2d, fully_connected>(activation_fn = relu, weights_initializer = truncated_normal(0.0, 0.01), weights_regularizer = l2_regularizer(0.0005))(
        repeat<2>(conv2d(8, {3, 3}), "conv1") >> max_pool2d({2, 2}, "pool1") >> repeat<2>(conv2d(8, {3, 3}), "conv2") >> max_pool2d({2, 2}, "pool2") >>
        repeat<3>(conv2d(16, {3, 3}), "conv3") >> max_pool2d({2, 2}, "pool3") >> repeat<3>(conv2d(16, {3, 3}), "conv4") >> max_pool2d({2, 2}, "pool4") >>
        repeat<3>(conv2d(16, {3, 3}), "conv5") >> max_pool2d({2, 2}, "pool5") >> fully_connected(32, "fc6") >> dropout(0.5, "dropout6") >>
        fully_connected(32, "fc7") >> dropout(0.5, "dropout7") >> fully_connected(10, "fc8", activation_fn = none)));

void train(const std::vector<float>& images, const std::vector<int>& classes) {
  model<net, image> m{seed(1)};
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{});
  step(images, classes);
  m.variable<"vgg/conv5/conv5_3/weights">()[0] = 0;
}
