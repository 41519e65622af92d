#pragma once
#include "slim/core/begin.hpp"
// Keyword arguments: `stride = 2` is a value that knows which keyword it belongs to.

#include <concepts>
#include <initializer_list>
#include <type_traits>

#include "slim/core/convertible.hpp"
#include "slim/core/text.hpp"

namespace slim {

/// Identity of a type in constant expressions: the address of its own constant.
template <class T>
inline constexpr char identity_of{};

/// Whether two identities are those of one type. g++ with -fsanitize=undefined finds different addresses not comparable in constant expressions (its
/// bug 71962): there only equal ones have a comparison that is a constant.
constexpr bool same_identity(const void* a, const void* b) {
  if (__builtin_is_constant_evaluated()) return __builtin_constant_p(a == b) && a == b;
  return a == b;
}

/// What all keyword arguments share, so that policies of different types fit in one list.
struct argument_base {
  const char* keyword = "";
  const void* key = nullptr;
  void (*describe)(const argument_base&, name_buffer&) = nullptr;
  const argument_base* (*copy)(const argument_base&) = nullptr;  // to the heap
  void (*destroy)(const argument_base*) = nullptr;
  bool misfit = false;  // a value of another type was given: the layer that reads it says so
};

template <class Keyword>
struct argument : argument_base {
  using keyword_type = Keyword;
  typename Keyword::value_type value;

  constexpr argument(const typename Keyword::value_type& given)
      : argument_base{Keyword::name, &identity_of<Keyword>, &print, &made_copy, &remove}, value(given) {}

private:
  static constexpr void print(const argument_base& base, name_buffer& to) { slim_describe(static_cast<const argument&>(base).value, to); }
  static constexpr const argument_base* made_copy(const argument_base& base) { return new argument(static_cast<const argument&>(base)); }
  static constexpr void remove(const argument_base* base) { delete static_cast<const argument*>(base); }
};

namespace detail {
/// Arithmetic types that count or measure: a truth value does neither, nor does a character.
template <class T>
concept number_type = std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
                      !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>;
/// What may stand for a `Value`: what converts to it, but for bool, to which text and fractions convert, only bool, and for a number no truth value.
template <class Given, class Value>
concept value_for = convertible<const Given&, Value> && (!std::same_as<Value, bool> || std::same_as<Given, bool>) &&
                    (!number_type<Value> || number_type<Given> || !std::is_arithmetic_v<Given>);
}  // namespace detail

/// Base of a keyword. A user's own keyword takes three lines:
///   struct slope_keyword : keyword<slope_keyword, double> { static constexpr const char* name = "slope"; using keyword::operator=; };
///   inline constexpr slope_keyword slope;
/// and one function `slim_describe(value_type, name_buffer&)` when its value type is new.
template <class Self, class Value>
struct keyword {
  using value_type = Value;
  constexpr argument<Self> operator=(const Value& value) const { return {value}; }
  /// A value of another type, so that the message has the name of the layer and not the list of what the compiler tried.
  template <class Other>
    requires(!std::is_same_v<Other, keyword> && !Self::template takes<Other>)
  constexpr argument<Self> operator=(const Other&) const {
    return misfit();
  }
  /// Empty braces would be `false`.
  constexpr argument<Self> operator=(std::initializer_list<bool> braces) const
    requires std::same_as<Value, bool>
  {
    return braces.size() == 1 ? argument<Self>{*braces.begin()} : misfit();
  }
  template <class Other>
  static constexpr bool takes = detail::value_for<Other, Value>;

private:
  static constexpr argument<Self> misfit() {
    argument<Self> wrong{Value{}};
    wrong.misfit = true;
    return wrong;
  }
};

/// What is wrong with a number that somebody gave: the number, and what it has to be. Fine when there is no `range`.
struct number_fault {
  double found = 0;
  const char* range = nullptr;
};
constexpr number_fault check_range(double number, double least, double most, const char* range) {
  return number >= least && number <= most ? number_fault{} : number_fault{number, range};  // not a number is in no range
}
constexpr number_fault check_above(double number, double bound, double most, const char* range) {
  return number > bound && number <= most ? number_fault{} : number_fault{number, range};
}

/// A whole number as it was written: 3.9 stays 3.9, for the message.
struct whole_number {
  int value = 0;
  double written = 0;
  const char* complaint = nullptr;  // about where it was written
  bool absent = false;              // deliberately: `none`

  constexpr whole_number() = default;
  template <detail::number_type Number>
  constexpr whole_number(Number number) : value(within_int(number) ? static_cast<int>(number) : 0), written(static_cast<double>(number)) {}
  constexpr operator int() const { return value; }

  constexpr number_fault fault(int least, const char* range) const {
    if (absent) return {};
    if (complaint != nullptr) return {written, complaint};
    return value == written && value >= least && value <= most ? number_fault{} : number_fault{written, range};
  }
  static constexpr int most = 1 << 24;

private:
  template <class Number>
  static constexpr bool within_int(Number number) {
    return static_cast<double>(number) > -2147483648.0 && static_cast<double>(number) < 2147483648.0;
  }
};

template <class T>
concept keyword_argument = requires { typename T::keyword_type; };

constexpr void slim_describe(int value, name_buffer& to) {
  if (value < 0) to.add("-");
  to.add(value < 0 ? -value : value);
}
constexpr void slim_describe(const whole_number& value, name_buffer& to) { slim_describe(value.value, to); }
constexpr void slim_describe(bool value, name_buffer& to) { to.add(value ? "true" : "false"); }
constexpr void slim_describe(const char* value, name_buffer& to) { to.add(value); }

/// Six decimals, enough to recognise a hyper-parameter.
constexpr void slim_describe(double value, name_buffer& to) {
  if (value != value) return to.add("not a number");
  if (value < 0) {
    to.add("-");
    value = -value;
  }
  if (value > 1e300) return to.add("infinity");
  int exponent = 0;
  for (; value >= 1e9; ++exponent) value /= 10;
  if (value != 0 && value < 1e-4)
    for (; value < 1; --exponent) value *= 10;
  const long whole = static_cast<long>(value);
  long fraction = static_cast<long>((value - static_cast<double>(whole)) * 1e6 + 0.5);
  to.add(static_cast<int>(whole + fraction / 1000000));
  fraction %= 1000000;
  if (fraction > 0) {
    to.add(".");
    for (long digit = 100000; fraction > 0; digit /= 10) {
      to.add(static_cast<int>(fraction / digit));
      fraction %= digit;
    }
  }
  if (exponent != 0) {
    to.add(exponent < 0 ? "e-" : "e");
    to.add(exponent < 0 ? -exponent : exponent);
  }
}

}  // namespace slim

#include "slim/core/end.hpp"
