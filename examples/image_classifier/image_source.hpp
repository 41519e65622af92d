// The batches of a data set, preprocessed for a network.
#pragma once

#include <cstdint>
#include <memory>

#include <slim/data/batch_shard.hpp>
#include <slim/data/labelled_batch.hpp>

#include "flags.hpp"

/// Of the data set that the flags name: for ever and shuffled for training, once and in the stored order for evaluation. `shard`: the part of each batch that
/// this process reads.
class image_source {
public:
  image_source(const dataset_flags& flags, int height, int width, int channels, int batch_size, bool is_training, std::uint64_t seed = 0,
               slim::data::batch_shard shard = {});
  ~image_source();

  std::int64_t num_samples() const;
  slim::data::labelled_batch next();
  void seek(std::int64_t step);

private:
  struct state;
  std::unique_ptr<state> held;
};
