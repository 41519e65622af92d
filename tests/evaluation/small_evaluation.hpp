#pragma once
// A net whose accuracy is known for each checkpoint, and the helpers to watch its evaluation.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "slim/checkpoint/saver.hpp"
#include "slim/evaluation/evaluation_loop.hpp"
#include "slim/metrics/metrics.hpp"
#include "slim/slim.hpp"

namespace evaluation_tests {

using namespace slim;

inline constexpr auto two_classes = scope("net", fully_connected(2, "logits", activation_fn = none));
using small_model = model<two_classes, input<1>>;

/// Sets the weights such that class 1 is predicted for inputs above `boundary`.
inline void set_boundary(small_model& net, float boundary) {
  std::ranges::fill(net.parameters(), 0.0f);
  net.variable<"net/logits/weights">()(0, 1) = 1;
  net.variable<"net/logits/biases">()(1) = -boundary;
}

/// Eight inputs 0 .. 7 of which those above 3 have label 1, in batches of 3, 3 and 2.
struct small_data {
  int position = 0;

  struct batch {
    std::vector<float> inputs;
    std::vector<int> labels;
  };
  /// Empty at the end.
  batch next() {
    batch b;
    for (int i = 0; i < 3 && position < 8; ++i, ++position) {
      b.inputs.push_back(static_cast<float>(position));
      b.labels.push_back(position > 3);
    }
    return b;
  }
};

inline auto small_metrics() {
  return metrics::aggregate_metric_map(metrics::metric<"eval/Accuracy">(metrics::of_argmax(metrics::streaming_accuracy())),
                                       metrics::metric<"table">(metrics::of_argmax(metrics::confusion_matrix(2))));
}

/// A folder for one test case.
struct folder {
  std::string path = (std::filesystem::temp_directory_path() / "slim_evaluation_XXXXXX").string();
  folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  folder(const folder&) = delete;
  ~folder() { std::filesystem::remove_all(path); }
};

/// Saves `net` as the checkpoint of `step`.
inline std::string save(const std::string& where, small_model& net, std::int64_t step, int max_to_keep = 5) {
  return checkpoint::saver{.max_to_keep = max_to_keep}.save_variables(where, step, variables_of(net), {});
}

/// What `run(file)` writes to the file given to it.
template <class Run>
std::string written(Run run) {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  run(file);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

inline bool contains(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }

}  // namespace evaluation_tests
