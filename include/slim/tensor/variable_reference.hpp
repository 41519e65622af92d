#pragma once
#include "slim/core/begin.hpp"
// A variable, known by name while the program runs: a weight, an optimizer's state, a counter.

#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "slim/core/error.hpp"
#include "slim/shape/shape.hpp"
#include "slim/tensor/dtype.hpp"

namespace slim {

/// Refers to numbers in the memory of a model or a train_op, which must outlive it. Writing through it changes the variable; those of a const model
/// can only be read.
class variable_reference {
public:
  template <class T>
  variable_reference(std::string full_name, const slim::shape& of, T* first)
      : name(std::move(full_name)), extent(of), type(dtype_of<std::remove_const_t<T>>()),
        data(reinterpret_cast<std::byte*>(const_cast<std::remove_const_t<T>*>(first))), constant(std::is_const_v<T>) {}

  /// The numbers, row by row. Throws slim::error when they are not of type `T`, const or not, and when they are const and T is not.
  template <class T>
  std::span<T> values() const {
    constexpr dtype asked = dtype_of<std::remove_const_t<T>>();
    if (type != asked) throw error("variable '" + name + "': expected " + name_of(asked) + ", found " + name_of(type) + "; ask for its own type");
    if constexpr (!std::is_const_v<T>) expect_writable();
    return {reinterpret_cast<T*>(data), static_cast<std::size_t>(extent.size())};
  }

  std::span<const std::byte> constant_bytes() const { return {data, static_cast<std::size_t>(extent.size()) * size_of(type)}; }
  std::span<std::byte> bytes() const {
    expect_writable();
    return {data, constant_bytes().size()};
  }

  std::string name;
  slim::shape extent;
  dtype type;

private:
  void expect_writable() const {
    if (constant) throw error("variable '" + name + "': expected a model that may change, found a const one; only read from it");
  }

  std::byte* data;
  bool constant;
};

}  // namespace slim

#include "slim/core/end.hpp"
