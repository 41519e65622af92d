// All layers are frozen: nothing is left to train.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = fully_connected(3, "fc1", trainable = false) >> fully_connected(3, "fc2");
#else
inline constexpr auto net = fully_connected(3, "fc1", trainable = false) >> fully_connected(3, "fc2", trainable = false);
#endif

void train(model<net, input<8>>& m) { auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{}); }
