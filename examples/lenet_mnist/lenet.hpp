#pragma once
// The network that lenet_mnist.cpp trains.

#include <slim/nets/lenet.hpp>

using lenet_model = slim::model<slim::nets::lenet, slim::input<28, 28, 1>>;
using lenet_train_op = decltype(slim::learning::create_train_op(std::declval<lenet_model&>(), slim::losses::sparse_softmax_cross_entropy,
                                                                std::declval<slim::optimizers::adam>(), slim::capacity(1), 1));
