#pragma once
#include "slim/core/begin.hpp"
// Class numbers as distributions: what softmax_cross_entropy takes, with label smoothing as a number of the run.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/number_text.hpp"
#include "slim/data/labelled_batch.hpp"

namespace slim::data {

/// The batches of `Source` with label k as 1 − label_smoothing at place k, plus label_smoothing / num_classes everywhere: TF-Slim's
/// one_hot_encoding followed by the label_smoothing of softmax_cross_entropy. `Source` may be a reference.
template <class Source>
class one_hot_labels_queue {
public:
  /// Throws slim::error unless there is a class and the smoothing lies in 0 .. 1.
  one_hot_labels_queue(Source&& from, int num_classes, double label_smoothing)
      : source(std::forward<Source>(from)), classes(num_classes), smoothing(label_smoothing) {
    if (classes < 1 || !(smoothing >= 0 && smoothing <= 1)) {
      throw error("one_hot_labels: expected at least 1 class and a label_smoothing in 0 .. 1, found " + std::to_string(classes) + " and " +
                  exact_text(smoothing) + "; choose others");
    }
  }

  /// The next batch, valid until the next call. Throws slim::error for a label that is no class.
  one_hot_batch next() {
    const labelled_batch batch = source.next();
    const std::size_t width = static_cast<std::size_t>(classes);
    labels.assign(batch.labels.size() * width, static_cast<float>(smoothing / classes));
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
      const int label = batch.labels[i];
      if (label < 0 || label >= classes) {
        throw error("one_hot_labels: example " + std::to_string(i) + ": expected a class from 0 to " + std::to_string(classes - 1) + ", found " +
                    std::to_string(label) + "; check the data set or the number of classes");
      }
      labels[i * width + static_cast<std::size_t>(label)] += static_cast<float>(1 - smoothing);
    }
    return {batch.images, labels, batch.size, batch.epoch, batch.counted};
  }

  void seek(std::int64_t step) { source.seek(step); }

  int batches_per_epoch() const
    requires requires(const Source& from) { from.batches_per_epoch(); }
  {
    return source.batches_per_epoch();
  }

private:
  Source source;
  int classes;
  double smoothing;
  std::vector<float> labels;
};

/// one_hot_labels(batches, num_classes, label_smoothing), see above. Refers to a named source, keeps a temporary one.
template <class Source>
one_hot_labels_queue<Source> one_hot_labels(Source&& source, int num_classes, double label_smoothing = 0) {
  return {std::forward<Source>(source), num_classes, label_smoothing};
}

}  // namespace slim::data

#include "slim/core/end.hpp"
