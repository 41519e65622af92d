#pragma once
#include "slim/core/begin.hpp"
// A reference to a callable, as a pair of pointers: what calls it is compiled once, whatever it calls.

#include <type_traits>

#include "slim/core/config.hpp"

namespace slim {

template <class Signature>
class function_ref;

/// Refers to any callable with this signature, which must outlive it.
template <class Result, class... Arguments>
class function_ref<Result(Arguments...)> {
public:
  template <class Callable>
    requires(!std::is_same_v<Callable, function_ref> && std::is_invocable_r_v<Result, const Callable&, Arguments...>)
  function_ref(const Callable& callable) : target(&callable), run(&call<Callable>) {}

  SLIM_ALWAYS_INLINE Result operator()(Arguments... arguments) const { return run(target, arguments...); }

private:
  template <class Callable>
  static Result call(const void* target, Arguments... arguments) {
    return (*static_cast<const Callable*>(target))(arguments...);
  }

  const void* target;
  Result (*run)(const void*, Arguments...);
};

}  // namespace slim

#include "slim/core/end.hpp"
