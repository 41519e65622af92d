#pragma once
#include "slim/core/begin.hpp"
// One batch as a program reads it: pointers to whole examples in rows of memory, numbers of the model's precision, class numbers checked.

#include <iterator>
#include <type_traits>

#include "slim/core/error.hpp"
#include "slim/core/finite.hpp"
#include "slim/core/number_text.hpp"
#include "slim/core/room_for.hpp"
#include "slim/graph/graph.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim::detail {

template <class Values>
concept eigen_matrix = requires {
  typename Values::StorageKind;
  Values::IsRowMajor;
};
/// Eigen's unsupported Tensor module. `Layout` is one of Eigen::ColMajor (0) and Eigen::RowMajor (1).
template <class Values>
concept eigen_tensor = requires {
  Values::NumDimensions;
  Values::Layout;
};

/// Numbers in a row of memory; std::vector<bool> has none.
template <class Values>
concept row_of_numbers = requires(const Values& values) {
  *std::data(values);
  std::size(values);
};
template <row_of_numbers Values>
using element_of = std::remove_cvref_t<decltype(*std::data(std::declval<const Values&>()))>;

/// Thrown to end a step that would change variables by numbers that are none; see learning::skip_not_finite.
struct not_finite {
  double value;
};

/// The message for a class number that does not exist, in `example` and there at `place`, unless it has only one.
[[noreturn, gnu::cold]] inline void refuse_class(const graph::class_labels& of, const graph::node& labels, int inputs, long example, long place, double found) {
  const bool named = labels.kind == graph::kind::input && (of.of_table || labels.index() != inputs - 1);  // the last input is the labels
  const message_part nothing("");
  throw error{of.of_table ? "ids" : "labels",
              named ? " (input " : "",
              named ? message_part(labels.index()) : nothing,
              named ? ")" : "",
              ": example ",
              example,
              place < 0 ? "" : ", number ",
              place < 0 ? nothing : message_part(place),
              of.of_table ? ": expected a row of the table from 0 to " : ": expected a class from 0 to ",
              of.classes - 1,
              of.ignores ? " or " : "",
              of.ignores ? message_part(of.ignored) : nothing,
              ", found ",
              found,
              of.of_table ? "; check the data set or the size of the vocabulary" : "; check the data set or the number of outputs"};
}

/// The message for `size` numbers of an input that are no examples of `each` numbers, or more than there is `room` for.
[[noreturn, gnu::cold]] inline void refuse_size(int input, long each, long room, long size) {
  throw error{"input ",
              input,
              ": expected a multiple of ",
              each,
              " numbers, for 1 to ",
              room,
              " examples, found ",
              size,
              "; pass whole examples, at most the capacity given at construction"};
}
[[noreturn, gnu::cold]] inline void refuse_other_batch(int input, long examples, long found) {
  throw error{"input ", input, ": expected as many examples as input 0 has (", examples, "), found ", found, "; pass batches of equal size"};
}

/// The parts of a batch for the inputs of `Program`. Integers are taken for numbers, like floats; so are matrices of Eigen in other orders
/// than by rows. Memory for both is taken at construction, and costs nothing until it is used.
template <class T, const auto& Program>
class batch_inputs {
  static constexpr int count = Program.inputs;

public:
  const T* pointers[room_for(count)]{};
  long examples = 0;

  explicit batch_inputs(long capacity) : room(capacity) {
    for (int i = 0; i < count; ++i) converted[i] = aligned_buffer<T>(capacity * extent_of(i).size());
  }
  batch_inputs(const batch_inputs& other) : batch_inputs(other.room) {}
  batch_inputs(batch_inputs&&) = default;
  batch_inputs& operator=(const batch_inputs& other) { return *this = batch_inputs(other); }
  batch_inputs& operator=(batch_inputs&&) = default;

  /// Takes one argument for each input, anything with data() and size(). Throws slim::error unless all hold the same number of whole
  /// examples, and for class numbers that do not exist.
  template <class... Parts>
  void bind(const Parts&... parts) {
    // Here, and not where the first part is read: a message names every function on the way to it.
    constexpr bool in_a_row = (row_of_numbers<Parts> && ...);
    static_assert(in_a_row, "an argument has its numbers in a row of memory: a vector (not of bool), an array, a span, an Eigen matrix");
    constexpr bool flat = !in_a_row || (holds_numbers<Parts> && ...);
    static_assert(flat,
                  "the numbers of a batch follow one another in one vector or array, example by example; vectors of vectors and float a[2][6] are several");
    constexpr bool fit = !in_a_row || !flat || (fits<Parts> && ...), in_float = fit || std::is_same_v<T, double>, in_double = fit || std::is_same_v<T, float>;
    static_assert(in_float, "this model computes in float: give it floats or integers, or the option precision<double>");
    static_assert(in_double, "this model computes in double: give it doubles or integers, or leave its option precision<double> out");
    int i = 0;
    (bind_part(i++, parts), ...);
    for (int l = 0; l < Program.sizes.labels; ++l) {
      const graph::class_labels& labels = Program.labels[l];
      if (labels.labels >= 0 && Program.nodes[labels.labels].kind == graph::kind::input) expect_classes(labels, pointers[Program.nodes[labels.labels].index()]);
    }
  }

  /// Class numbers that the network works out itself, once they are there, and numbers that must be finite: one that is not is thrown as it is.
  template <class Run>
  void check_computed_labels(const Run& run) const {
    for (int l = 0; l < Program.sizes.labels; ++l)
      if (const int labels = Program.labels[l].labels; labels >= 0 && Program.nodes[labels].kind != graph::kind::input) {
        if (Program.labels[l].classes > 0) expect_classes(Program.labels[l], run.value(labels));
        else if (!is_finite(run.number(labels))) throw not_finite{static_cast<double>(run.number(labels))};
      }
  }

  long capacity() const { return room; }

private:
  static const slim::shape& extent_of(int i) {
    for (const graph::node& n : Program.nodes)
      if (n.kind == graph::kind::input && n.index() == i) return n.extent;
    return Program.nodes[0].extent;
  }

  /// Numbers, no rows of them, nor text.
  template <class Values>
  static constexpr bool holds_numbers = [] {
    if constexpr (row_of_numbers<Values>) return !std::is_array_v<element_of<Values>> && !requires(const element_of<Values>& row) { std::data(row); };
    else return false;
  }();

  /// Numbers that a program in T can take.
  template <class Values>
  static constexpr bool fits = [] {
    if constexpr (row_of_numbers<Values>) return std::is_same_v<element_of<Values>, T> || std::is_integral_v<element_of<Values>>;
    else return false;
  }();

  template <class Values>
  void bind_part(int i, const Values& values) {
    if constexpr (fits<Values>) {
      take_size(i, static_cast<long>(std::size(values)));
      if constexpr (eigen_matrix<Values>) {
        bind_matrix(i, values);
      } else {
        if constexpr (eigen_tensor<Values>)
          static_assert(static_cast<int>(Values::Layout) == 1, "examples lie in memory row by row: give a tensor the layout Eigen::RowMajor");
        bind_row(i, std::data(values), examples * extent_of(i).size());
      }
    }
  }

  /// Notes the number of examples in `size` numbers of input `i`.
  void take_size(int i, long size) {
    const long each = extent_of(i).size();
    if (size % each != 0 || size == 0 || size / each > room) refuse_size(i, each, room, size);
    if (i > 0 && size / each != examples) refuse_other_batch(i, examples, size / each);
    examples = size / each;
  }

  template <class Element>
  void bind_row(int i, const Element* values, long size) {
    if constexpr (std::is_same_v<Element, T>) {
      pointers[i] = values;
    } else {
      T* const own = converted[i].data();
      for (long k = 0; k < size; ++k) own[k] = static_cast<T>(values[k]);
      pointers[i] = own;
    }
  }

  /// A matrix has one example in each row, wherever its numbers lie.
  template <class Matrix>
  void bind_matrix(int i, const Matrix& values) {
    const long rows = values.rows(), columns = values.cols(), each = extent_of(i).size();
    const bool vector = rows == 1 || columns == 1;
    const long along = rows == 1 ? values.colStride() : values.rowStride();
    if (vector ? along == 1 : Matrix::IsRowMajor && values.innerStride() == 1 && values.outerStride() == columns)
      return bind_row(i, values.data(), rows * columns);
    if (!vector && !Matrix::IsRowMajor && columns != each)
      throw error{"input ",
                  i,
                  ": expected one row of ",
                  each,
                  " numbers for each example, found a column-major matrix of ",
                  rows,
                  " x ",
                  columns,
                  "; transpose it, or make it Eigen::RowMajor"};
    T* own = converted[i].data();
    for (long row = 0; row < rows; ++row)
      for (long column = 0; column < columns; ++column) *own++ = static_cast<T>(values.data()[row * values.rowStride() + column * values.colStride()]);
    pointers[i] = converted[i].data();
  }

  void expect_classes(const graph::class_labels& of, const T* labels) const {
    const graph::node& n = Program.nodes[of.labels];
    const long cells = n.extent.size();
    for (long k = 0; k < examples * cells; ++k) {
      const T label = labels[k];
      if (is_finite(label)) {
        const bool in_range = label >= 0 && label < static_cast<T>(of.classes);
        if ((in_range && static_cast<T>(static_cast<long>(label)) == label) || (of.ignores && label == static_cast<T>(of.ignored))) continue;
      }
      refuse_class(of, n, count, k / cells, cells > 1 ? k % cells : -1, static_cast<double>(label));
    }
  }

  long room;
  aligned_buffer<T> converted[room_for(count)];
};

}  // namespace slim::detail

#include "slim/core/end.hpp"
