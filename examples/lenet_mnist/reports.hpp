#pragma once
// What lenet_mnist.cpp prints about its network, compiled beside the training.

#include <string>

#include "lenet.hpp"

std::string summary_of_lenet();
/// Where each argument came from, and the kernels of inference and of a training step.
std::string explanation_of_lenet(const lenet_train_op& train_op);
