#pragma once
#include "slim/core/begin.hpp"
// The counter of training steps as a variable. TF-Slim section 10, "Global step".

#include <cstdint>

#include "slim/tensor/variable_reference.hpp"

namespace slim::learning {

/// The variable `global_step`, a scalar int64, of a train_op; each has one from the start, so this is get_or_create_global_step, too. Setting it
/// to 0 begins the schedules anew, as fine-tuning wants; with assign_from_checkpoint it takes the step of another run.
template <class TrainOp>
variable_reference get_global_step(TrainOp& train_op) {
  variable_reference found("global_step", {}, static_cast<std::int64_t*>(nullptr));
  train_op.for_each_state([&](const variable_reference& one) {
    if (one.name == "global_step") found = one;
  });
  return found;
}

}  // namespace slim::learning

#include "slim/core/end.hpp"
