#pragma once
#include "slim/core/begin.hpp"
// TF-Slim's model_deploy.DeploymentConfig: how many clones and replicas of a model train together. TF-Slim section 13.12.

#include <string>

#include "slim/core/error.hpp"

namespace slim::learning {

/// The fields of TF-Slim, with its names and defaults. Clones are threads of one process that share its weights; replicas are the ranks of an MPI job, see
/// learning/distributed.hpp. There are no parameter servers: replicas average their gradients in every step, so that num_ps_tasks stays 0. Every device is a
/// CPU.
struct deployment_config {
  int num_clones = 1;
  bool clone_on_cpu = false;  ///< either way: there are no other devices
  int replica_id = 0;
  int num_replicas = 1;
  int num_ps_tasks = 0;
  std::string worker_job_name = "worker", ps_job_name = "ps";

  /// Throws slim::error for what cannot be.
  void check() const {
    const auto expect = [](bool right, const char* field, const std::string& expected, const std::string& found, const char* cure) {
      if (!right) throw error("deployment_config: " + std::string(field) + ": expected " + expected + ", found " + found + "; " + cure);
    };
    expect(num_clones >= 1, "num_clones", "at least 1", std::to_string(num_clones), "clones are threads");
    expect(num_replicas >= 1, "num_replicas", "at least 1", std::to_string(num_replicas), "replicas are the ranks of mpirun -n");
    expect(replica_id >= 0 && replica_id < num_replicas, "replica_id", "0 to " + std::to_string(num_replicas - 1), std::to_string(replica_id),
           "it is the rank of this process");
    expect(num_ps_tasks == 0, "num_ps_tasks", "0", std::to_string(num_ps_tasks), "gradients are averaged by all replicas, which needs no parameter servers");
    expect(num_replicas == 1 || (!worker_job_name.empty() && !ps_job_name.empty()), "worker_job_name", "names of the jobs", "an empty one",
           "leave them out for the usual ones");
  }

  /// "/job:worker/device:CPU:0" where there are replicas.
  std::string clone_device(int clone) const {
    expect_clone(clone);
    return optimizer_device();
  }
  /// "" for the only clone, else "clone_0" and so on. Variables are not named after it.
  std::string clone_scope(int clone) const {
    expect_clone(clone);
    return num_clones == 1 ? "" : "clone_" + std::to_string(clone);
  }
  std::string optimizer_device() const { return (num_replicas > 1 ? "/job:" + worker_job_name : "") + "/device:CPU:0"; }
  std::string inputs_device() const { return optimizer_device(); }
  std::string variables_device() const { return "/device:CPU:0"; }

private:
  void expect_clone(int clone) const {
    check();
    if (clone < 0 || clone >= num_clones)
      throw error("deployment_config: clone: expected 0 to " + std::to_string(num_clones - 1) + ", found " + std::to_string(clone) +
                  "; there are num_clones of them");
  }
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
