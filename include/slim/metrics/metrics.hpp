#pragma once
#include "slim/core/begin.hpp"
// All metrics of TF-Slim section 9.

#include "slim/metrics/accuracy.hpp"
#include "slim/metrics/aggregate.hpp"
#include "slim/metrics/argmax.hpp"
#include "slim/metrics/at_k.hpp"
#include "slim/metrics/at_thresholds.hpp"
#include "slim/metrics/auc.hpp"
#include "slim/metrics/auc_using_histogram.hpp"
#include "slim/metrics/auc_with_confidence_intervals.hpp"
#include "slim/metrics/concat.hpp"
#include "slim/metrics/confusion_counts.hpp"
#include "slim/metrics/confusion_matrix.hpp"
#include "slim/metrics/covariance.hpp"
#include "slim/metrics/dynamic_auc.hpp"
#include "slim/metrics/mean.hpp"
#include "slim/metrics/mean_error.hpp"
#include "slim/metrics/operating_points.hpp"
#include "slim/metrics/precision_recall_at_equal_thresholds.hpp"

#include "slim/core/end.hpp"
