// Several clones and replicas: TF-Slim's flags of model_deploy, checked. Replicas are the ranks of an MPI job where the build option `distributed` is on.
#pragma once

#include <string>

#include <slim/core/error.hpp>
#include <slim/data/batch_shard.hpp>
#include <slim/kernel/parallel.hpp>
#include <slim/learning/create_train_op.hpp>
#include <slim/learning/deployment_config.hpp>
#ifdef WITH_MPI
#include <slim/learning/distributed.hpp>
#endif

#include "flags.hpp"

namespace trainer {

inline slim::data::batch_shard this_shard() {
#ifdef WITH_MPI
  return slim::learning::this_shard();
#else
  return {};
#endif
}

/// Throws slim::error for flags that do not describe the job that this process belongs to. One clone has all cores, as one clone of TensorFlow has.
inline slim::learning::deployment_config deployment_of(const train_flags& f, const slim::data::batch_shard& here) {
  const auto expect = [](bool right, const std::string& flag, const std::string& expected, const std::string& found, const std::string& cure) {
    if (!right) throw slim::error("--" + flag + ": expected " + expected + ", found " + found + "; " + cure);
  };
  const std::string replicas = std::to_string(f.worker_replicas);
#ifdef WITH_MPI
  const std::string how = "start the program by mpirun -n " + replicas;
#else
  const std::string how = "configure the build with -Ddistributed=enabled, and start the program by mpirun -n " + replicas;
#endif
  expect(f.worker_replicas == here.count, "worker_replicas", std::to_string(here.count) + ", the processes of this job", replicas, how);
  expect(f.worker_replicas == 1 || f.sync_replicas, "sync_replicas", "it beside worker_replicas", "none", "all replicas average their gradients in every step");
  expect(!f.sync_replicas || f.replicas_to_aggregate == f.worker_replicas, "replicas_to_aggregate", replicas + ", as worker_replicas",
         std::to_string(f.replicas_to_aggregate), "no replica is left out of a step");
  expect(!f.task || *f.task == here.index, "task", std::to_string(here.index) + ", the rank of this process", std::to_string(f.task.value_or(0)),
         "leave it out");
  const slim::learning::deployment_config config{.num_clones = f.num_clones > 1 ? f.num_clones : slim::kernel::hardware_threads(),
                                                 .clone_on_cpu = f.clone_on_cpu,
                                                 .replica_id = here.index,
                                                 .num_replicas = f.worker_replicas,
                                                 .num_ps_tasks = f.num_ps_tasks};
  config.check();
  return config;
}

/// learning::deploy, or its like without MPI.
template <class... Rest>
auto create_train_op(const slim::learning::deployment_config& config, Rest&&... rest) {
#ifdef WITH_MPI
  return slim::learning::deploy(config, rest...);
#else
  return slim::learning::create_train_op(rest..., config.num_clones);
#endif
}

}  // namespace trainer
