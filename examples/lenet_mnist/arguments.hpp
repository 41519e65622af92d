#pragma once
// The command line of lenet_mnist.cpp. Its parser is in a file of its own: it takes the compiler longer than the network.

#include <cstdint>
#include <string>

struct settings {
  std::string data_dir;
  long steps = 0;
  int batch_size = 32;
  std::uint64_t seed = 1;
  int threads = 0;
  int log_every_n_steps = 100;
  double learning_rate = 0.001;
  bool explain = false;
};

/// What the command line says. Ends the program after --help, or with what is wrong.
settings settings_of(int count, char** values);
