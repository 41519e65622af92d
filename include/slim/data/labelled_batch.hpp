#pragma once
#include "slim/core/begin.hpp"
// What a training step consumes: examples side by side in memory.

#include <span>
#include <vector>

namespace slim::data {

/// Examples side by side in memory; valid until the next call of the source that returned it.
template <class Label>
struct basic_labelled_batch {
  std::span<const float> images;  ///< size * height * width * channels values
  std::span<const Label> labels;  ///< size values, or of a one_hot_batch size * num_classes
  int size = 0;                   ///< examples; can be smaller than the batch size, and is 0 when a source has come to its end
  int epoch = 0;                  ///< complete passes before this batch
  int counted = -1;               ///< of a shard: examples that count, where that is none of those that are there; -1: all
};

/// The same with memory of its own, which a later batch uses again.
template <class Label>
struct basic_labelled_batch_buffer {
  std::vector<float> images;
  std::vector<Label> labels;
  int size = 0, epoch = 0, counted = -1;

  void assign(const basic_labelled_batch<Label>& batch) {
    images.assign(batch.images.begin(), batch.images.end());
    labels.assign(batch.labels.begin(), batch.labels.end());
    size = batch.size;
    epoch = batch.epoch;
    counted = batch.counted;
  }
  basic_labelled_batch<Label> view() const { return {images, labels, size, epoch, counted}; }
};

/// Labels are class numbers.
using labelled_batch = basic_labelled_batch<int>;
using labelled_batch_buffer = basic_labelled_batch_buffer<int>;
/// Labels are probabilities of all classes, see one_hot_labels.
using one_hot_batch = basic_labelled_batch<float>;

}  // namespace slim::data

#include "slim/core/end.hpp"
