#pragma once
#include "slim/core/begin.hpp"
// Numbers that a summary reads when it is due. TF-Slim's summaries take tensors; these are the tensors of a program that runs.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "slim/shape/shape.hpp"
#include "slim/tensor/variable_reference.hpp"

namespace slim::summaries {

/// A name, a shape and a way to read the present values as floats. Copies share the way; what it refers to must outlive them.
class observed {
public:
  /// One number, or numbers without a shape: `read()` returns an arithmetic value or anything with data() and size().
  template <class Read>
  observed(std::string name, Read read)
      : observed(std::move(name), std::is_arithmetic_v<std::invoke_result_t<Read&>> ? slim::shape() : slim::shape(-1), false, std::move(read)) {}

  /// Numbers of a shape; `batched`: one such array for each example.
  template <class Read>
  observed(std::string name, const slim::shape& extent, bool batched, Read read)
      : own_name(std::move(name)), own_shape(extent), per_example(batched), source(std::make_shared<reader_of<Read>>(std::move(read))) {}

  /// A variable.
  observed(const variable_reference& variable) : observed(variable.type == dtype_of<double>() ? reading<double>(variable) : reading<float>(variable)) {}

  /// The same under another name.
  observed named(std::string name) const {
    observed copy = *this;
    copy.own_name = std::move(name);
    return copy;
  }

  const std::string& name() const { return own_name; }
  /// Of one example when `batched`. Extent -1: known only to the values.
  const slim::shape& shape() const { return own_shape; }
  bool batched() const { return per_example; }
  /// True for one number.
  bool is_scalar() const { return own_shape.rank == 0 && !per_example; }

  /// The present values, valid until the next call.
  std::span<const float> read() const { return source->read(); }

private:
  template <class T>
  static observed reading(const variable_reference& variable) {
    return {variable.name, variable.extent, false, [variable] { return variable.values<const T>(); }};
  }

  struct reader {
    virtual ~reader() = default;
    virtual std::span<const float> read() = 0;
  };
  template <class Read>
  struct reader_of : reader {
    explicit reader_of(Read with) : from(std::move(with)) {}

    std::span<const float> read() override {
      using result = std::invoke_result_t<Read&>;
      if constexpr (std::is_arithmetic_v<result>) {
        copied.assign(1, static_cast<float>(from()));
      } else {
        const auto& values = from();
        const auto size = static_cast<std::size_t>(values.size());
        constexpr bool floats = std::is_same_v<std::remove_cvref_t<decltype(*values.data())>, float>;
        if constexpr (floats && outlives_call<result>) return {values.data(), size};
        copied.resize(size);
        for (std::size_t i = 0; i < size; ++i) copied[i] = static_cast<float>(values.data()[i]);
      }
      return copied;
    }

    /// References and spans leave their numbers where they are.
    template <class Result>
    static constexpr bool outlives_call = std::is_lvalue_reference_v<Result> || std::ranges::enable_borrowed_range<Result>;

    Read from;
    std::vector<float> copied;
  };

  std::string own_name;
  slim::shape own_shape;
  bool per_example;
  std::shared_ptr<reader> source;
};

}  // namespace slim::summaries

#include "slim/core/end.hpp"
