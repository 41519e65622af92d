// Stands at the beginning of every header, and end.hpp at its end. g++ compares the names of a template's variables with the globals of the program that
// uses it: a user's `int width` would bring warnings from -Wshadow about the inside of slim. clang does not, and so checks slim itself.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
