#pragma once
#include "slim/core/begin.hpp"

#include <initializer_list>

namespace slim::detail {

/// What stands in braces, whatever it is: for overloads that are the message about a call in another library's order.
struct braces {
  struct item {
    template <class Value>
    constexpr item(const Value&) {}
    constexpr item(std::initializer_list<item>) {}
  };
  constexpr braces(std::initializer_list<item>) {}
};

}  // namespace slim::detail

#include "slim/core/end.hpp"
