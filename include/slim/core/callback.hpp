#pragma once
#include "slim/core/begin.hpp"
// A callable as a value: what users pass as schedules and callbacks. std::function would cost every user the time to compile <functional>.

#include <memory>
#include <type_traits>
#include <utility>

namespace slim {

template <class Signature>
class callback;

/// Any callable with this signature; empty when default constructed. Copies share one callable, state included.
template <class Result, class... Arguments>
class callback<Result(Arguments...)> {
public:
  callback() = default;
  template <class Callable>
    requires(!std::is_same_v<Callable, callback> && std::is_invocable_r_v<Result, Callable&, Arguments...>)
  callback(Callable callable) : target(std::make_shared<Callable>(std::move(callable))), run(&call<Callable>) {}

  explicit operator bool() const { return run != nullptr; }
  Result operator()(Arguments... arguments) const { return run(target.get(), std::forward<Arguments>(arguments)...); }

private:
  template <class Callable>
  static Result call(void* target, Arguments... arguments) {
    return (*static_cast<Callable*>(target))(std::forward<Arguments>(arguments)...);
  }

  std::shared_ptr<void> target;
  Result (*run)(void*, Arguments...) = nullptr;
};

}  // namespace slim

#include "slim/core/end.hpp"
