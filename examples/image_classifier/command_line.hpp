// What the command lines of the three programs share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>

#include <slim/core/error.hpp>

#include "flags.hpp"

/// Which network for which images.
inline void add_network_flags(CLI::App& app, dataset_flags& f) {
  const auto add = [&](const char* name, auto& value, const char* text) { return app.add_option(name, value, text)->capture_default_str(); };
  add("--dataset_name", f.dataset_name, "the data set; digits are generated");
  add("--model_name", f.model_name, "the network");
  add("--labels_offset", f.labels_offset, "subtracted from each label: 1 for networks without ImageNet's class of background");
}
inline void add_dataset_flags(CLI::App& app, dataset_flags& f) {
  const auto add = [&](const char* name, auto& value, const char* text) { return app.add_option(name, value, text)->capture_default_str(); };
  add_network_flags(app, f);
  add("--dataset_split_name", f.dataset_split_name, "train, test, validation or val, as the data set has them");
  app.add_option("--dataset_dir", f.dataset_dir, "folder with its TFRecord files (see convert_dataset), or with its original ones");
  app.add_option("--preprocessing_name", f.preprocessing_name, "the network whose preprocessing is used; model_name without it");
  add("--num_readers", f.num_readers, "threads that read TFRecord files")->check(CLI::Range(1, 1024));
  add("--num_preprocessing_threads", f.num_preprocessing_threads, "threads that decode and preprocess")->check(CLI::Range(1, 1024));
}

/// The result of main.
template <class Program>
int run_program(const Program& program) {
  try {
    program();
  } catch (const slim::error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
  return 0;
}
