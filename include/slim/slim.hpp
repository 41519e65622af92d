#pragma once
#include "slim/core/begin.hpp"
// slim: TF-Slim as a compile-time language. Everything needed to write, train and run a network; nets and data readers are separate.

#include "slim/core/standard.hpp"

// Mistakes in a network are reported from these three: included first, they leave the shortest trail of "included from" lines.
#include "slim/model/facts.hpp"
#include "slim/model/model.hpp"
#include "slim/model/train_op.hpp"

#include "slim/core/config.hpp"
#include "slim/layers/activations.hpp"
#include "slim/layers/assign.hpp"
#include "slim/layers/basic.hpp"
#include "slim/layers/batch_norm.hpp"
#include "slim/layers/conv2d.hpp"
#include "slim/layers/conv2d_transpose.hpp"
#include "slim/layers/dropout.hpp"
#include "slim/layers/fully_connected.hpp"
#include "slim/layers/functions.hpp"
#include "slim/layers/layer_norm.hpp"
#include "slim/layers/local_response_normalization.hpp"
#include "slim/layers/pool2d.hpp"
#include "slim/layers/recurrent.hpp"
#include "slim/layers/separable_conv2d.hpp"
#include "slim/layers/variable.hpp"
#include "slim/learning/create_train_op.hpp"
#include "slim/learning/schedules.hpp"
#include "slim/losses/losses.hpp"
#include "slim/compose/branches.hpp"
#include "slim/compose/compose.hpp"
#include "slim/optimizers/adam.hpp"
#include "slim/optimizers/adaptive.hpp"
#include "slim/optimizers/optimizers.hpp"
#include "slim/policy/arg_scope.hpp"
#include "slim/regularizers/regularizers.hpp"

#include "slim/core/end.hpp"
