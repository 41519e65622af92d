#pragma once
#include "slim/core/begin.hpp"
// Training on several machines: learning::distributed is one more argument of create_train_op, and `mpirun -n 4 ./program` does the rest. TF-Slim sections 6.4
// and 13.12; in place of its parameter servers, gradients are averaged over all processes. Not part of slim.hpp; needs MPI.

#include <string>

#include "slim/learning/create_train_op.hpp"
#include "slim/learning/deployment_config.hpp"
#include "slim/learning/rank_exchange.hpp"
#include "slim/learning/share.hpp"

namespace slim::learning {

/// Runs each step on all processes of `communicator`, each with its part of the batch: gradients, and the loss that a step returns, are means over all examples
/// of all ranks. They travel in pieces of `bucket_bytes` while the rest of the backward pass is worked out, and are the same bits for the same number of ranks.
/// All ranks begin with the variables of rank 0. Statistics of batch_norm are those of each rank's part; the moving averages that are kept are rank 0's, as
/// TF-Slim takes them from its first clone. Fused updates give way: a gradient has to be stored before it travels. But for those of large fully connected
/// layers: of them the rows that they are products of travel, as long as those of other ranks are at most `most_rows` examples, see
/// op/joint_weights_gradient.hpp. `explain` prints the buckets.
struct distributed {
  MPI_Comm communicator = MPI_COMM_WORLD;
  long bucket_bytes = op::all_reduce_start::usual_bucket_bytes;
  long most_rows = 128;  // each costs one multiply-add for each weight; sums cost the transfer of each weight, twice, and a few passes over it. 0: sums

  static constexpr int numbers = 0;
  void set_numbers(double*) const {}
  template <class T>
  using exchange = detail::rank_exchange<T>;
};

/// The number of this process among those of the job, and how many there are: the part of each batch that it reads.
inline data::batch_shard this_shard() {
  detail::start_mpi();
  data::batch_shard here;
  MPI_Comm_rank(MPI_COMM_WORLD, &here.index);
  MPI_Comm_size(MPI_COMM_WORLD, &here.count);
  return here;
}

/// A training step as `config` says: TF-Slim's model_deploy.deploy. `rest`: what create_train_op takes behind the network, and options of it. Throws
/// slim::error where the job has another number of ranks than num_replicas, or this process is not number replica_id of them.
template <class Model, class... Rest>
auto deploy(const deployment_config& config, Model& net, const Rest&... rest) {
  config.check();
  const data::batch_shard here = this_shard();
  const auto expect = [](int found, int wanted, const char* field) {
    if (found != wanted)
      throw error("deploy: " + std::string(field) + ": expected " + std::to_string(found) + ", as mpirun has it, found " + std::to_string(wanted) +
                  "; start the program by mpirun -n num_replicas");
  };
  expect(here.count, config.num_replicas, "num_replicas");
  expect(here.index, config.replica_id, "replica_id");
  return create_train_op(net, rest..., distributed{}, config.num_clones);
}

}  // namespace slim::learning

#include "slim/core/end.hpp"
