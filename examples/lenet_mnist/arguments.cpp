#include "arguments.hpp"

#include <CLI/CLI.hpp>

#include <slim/kernel/hardware_threads.hpp>

settings settings_of(int count, char** values) {
  settings given;
  given.threads = slim::kernel::hardware_threads();
  CLI::App app("Trains LeNet (5x5 convolutions, 3.3 million parameters) for three epochs with a falling learning rate.");
  app.add_option("--data-dir", given.data_dir, "folder with the MNIST files (IDX, plain or .gz); generated digits without it");
  app.add_option("--steps", given.steps, "training steps; three epochs without it")->check(CLI::PositiveNumber);
  app.add_option("--batch-size", given.batch_size, "examples per step")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--seed", given.seed, "of weights, dropout, order and generated digits")->capture_default_str();
  app.add_option("--threads", given.threads, "threads of the kernels")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--learning-rate", given.learning_rate, "at the first step; falls linearly to 0")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--log-every-n-steps", given.log_every_n_steps, "steps between log lines, 0 for none")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_flag("--explain", given.explain, "print where each argument came from and which kernels run");
  try {
    app.parse(count, values);
  } catch (const CLI::ParseError& problem) {
    std::exit(app.exit(problem));
  }
  return given;
}
