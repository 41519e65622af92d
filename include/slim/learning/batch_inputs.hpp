#pragma once
// One batch as a training program takes it: pointers to whole examples, labels as numbers of the model's precision.

#include <string>
#include <type_traits>

#include "slim/core/error.hpp"
#include "slim/graph/node.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim::detail {

/// Checks the parts of a batch against the inputs of `Program`. Integer labels are converted, and lie below `Classes` unless that is 0.
template <class T, const auto& Program, long Classes>
class batch_inputs {
public:
  const T* pointers[Program.inputs + 1]{};
  long examples = 0;

  /// Part `i` of a batch, anything with data() and size(); `run` knows the capacity. Throws slim::error.
  template <class Values, class Run>
  void bind(int i, const Values& values, const Run& run) {
    const slim::shape& extent = input_extent(i);
    const long here = run.examples_in(static_cast<long>(values.size()), i, extent);
    if (i > 0 && here != examples)
      throw error("input " + std::to_string(i) + ": expected as many examples as input 0 has (" + std::to_string(examples) + "), found " +
                  std::to_string(here) + "; pass batches of equal size");
    examples = here;
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*values.data())>, T>) {
      pointers[i] = values.data();
    } else {
      static_assert(std::is_integral_v<std::remove_cvref_t<decltype(*values.data())>>,
                    "inputs are numbers of the model's precision or integer labels");
      if (converted.size() == 0) converted = aligned_buffer<T>(run.capacity() * extent.size());
      for (long k = 0; k < here * extent.size(); ++k) {
        expect_class(static_cast<long>(values.data()[k]), k);
        converted.data()[k] = static_cast<T>(values.data()[k]);
      }
      pointers[i] = converted.data();
    }
  }

private:
  static void expect_class(long label, long position) {
    if (Classes > 0 && (label < 0 || label >= Classes))
      throw error("labels: example " + std::to_string(position) + ": expected a class from 0 to " + std::to_string(Classes - 1) + ", found " +
                  std::to_string(label) + "; check the data set or the number of outputs");
  }

  static const slim::shape& input_extent(int i) {
    for (const graph::node& n : Program.nodes)
      if (n.kind == graph::op::input && n.number == i) return n.extent;
    return Program.nodes[0].extent;
  }

  aligned_buffer<T> converted;
};

}  // namespace slim::detail
