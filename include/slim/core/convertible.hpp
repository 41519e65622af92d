#pragma once
#include "slim/core/begin.hpp"
// std::convertible_to for what the language of networks asks about hundreds of pairs of types: the standard library's answer is several class templates for
// each pair, a tenth of what slim.hpp costs a compiler.

namespace slim::detail {

/// Whether a `From` is taken where a `To` is wanted.
template <class From, class To>
concept convertible = requires(From&& from, void (&take)(To)) { take(static_cast<From&&>(from)); };

}  // namespace slim::detail

#include "slim/core/end.hpp"
