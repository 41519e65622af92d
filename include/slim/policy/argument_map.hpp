#pragma once
#include "slim/core/begin.hpp"
// The keyword arguments of one call as a compile-time map: keyword -> value. Each argument knows its keyword, so that a tuple of them is a map;
// Hana's own map of 16 pairs costs a tenth of a second for each layer kind, and as much again for each way in which one is called.

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/unpack.hpp>
#include <type_traits>

#include "slim/policy/keyword.hpp"

namespace slim {

namespace hana = boost::hana;

/// How often `Keyword` occurs in a pack of arguments.
template <class Keyword, class... Arguments>
inline constexpr int occurrences = (0 + ... + (std::is_same_v<Keyword, typename Arguments::keyword_type> ? 1 : 0));

template <class... Arguments>
using argument_map = hana::basic_tuple<Arguments...>;

/// The arguments of a layer with their defaults: each is a base, which costs a compiler less than a tuple, for every layer that slim.hpp has.
template <class... Arguments>
struct default_arguments : Arguments... {};

template <class Defaults, class Keyword>
concept has_argument = __is_base_of(argument<Keyword>, Defaults);

/// Reports an entry of arg_scope's list that is no layer kind: a function, whose calls have no arguments with defaults.
template <class Layer, class Trace>
constexpr void check_is_layer(Trace& trace, int position) {
  if constexpr (!requires { Layer::defaults; }) trace.fail_no_layer(position);
}

/// Reports to the trace of the network the arguments that `Layer` does not have (that are no key of Layer::defaults) and those given
/// twice. Not checked where the call is written: there the message would be buried in the call's template arguments.
template <class Layer, class... Arguments, class Trace>
constexpr void check_arguments(Trace& trace) {
  if constexpr (requires { Layer::defaults; })
    (
        [&] {
          using defaults = std::remove_cvref_t<decltype(Layer::defaults)>;
          using keyword = typename Arguments::keyword_type;
          if constexpr (!has_argument<defaults, keyword>) trace.fail_unknown_argument(Layer::function_name, keyword::name);
          else if constexpr (occurrences<keyword, Arguments...> > 1) trace.fail_repeated_argument(keyword::name);
        }(),
        ...);
}

/// What a layer states as its defaults.
template <keyword_argument... Arguments>
constexpr default_arguments<Arguments...> arguments_of(const Arguments&... given) {
  return {given...};
}

}  // namespace slim

#include "slim/core/end.hpp"
