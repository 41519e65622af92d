#pragma once
#include "slim/core/begin.hpp"
// The keyword arguments of one call as a compile-time map: keyword -> value.

#include <boost/hana/at_key.hpp>
#include <boost/hana/contains.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/map.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/type.hpp>
#include <boost/hana/unpack.hpp>
#include <type_traits>

#include "slim/policy/keyword.hpp"

namespace slim {

namespace hana = boost::hana;

/// How often `Keyword` occurs in a pack of arguments.
template <class Keyword, class... Arguments>
inline constexpr int occurrences = (0 + ... + (std::is_same_v<Keyword, typename Arguments::keyword_type> ? 1 : 0));

template <class... Arguments>
using argument_map = hana::map<hana::pair<hana::type<typename Arguments::keyword_type>, Arguments>...>;

template <class Map, class Keyword>
inline constexpr bool has_argument = decltype(hana::contains(std::declval<Map>(), hana::type<Keyword>{}))::value;

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
          if constexpr (!has_argument<defaults, keyword>)
            trace.fail_unknown_argument(Layer::function_name, keyword::name);
          else if constexpr (occurrences<keyword, Arguments...> > 1)
            trace.fail_repeated_argument(keyword::name);
        }(),
        ...);
}

/// A map from keyword to argument: a layer's defaults, the arguments of a call, the policies of an arg_scope.
template <keyword_argument... Arguments>
constexpr argument_map<Arguments...> arguments_of(const Arguments&... given) {
  return hana::make_map(hana::make_pair(hana::type_c<typename Arguments::keyword_type>, given)...);
}

}  // namespace slim

#include "slim/core/end.hpp"
