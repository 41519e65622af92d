#pragma once
#include "slim/core/begin.hpp"
// The exception of the library.

#include "slim/core/standard.hpp"

#include <stdexcept>

namespace slim {

/// Thrown when something outside the program (a file, a checkpoint, an argument known only at run time) is not what was
/// expected. It is the only exception type: mistakes in a network are compile-time errors and never reach it.
/// The message is one sentence for a person: "<what>: <where>: expected X, found Y; <what to do>".
class error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

}  // namespace slim

#include "slim/core/end.hpp"
