#!/usr/bin/env python3
"""TensorFlow's graphs or JAX, below the layers of Keras, on the work of bench/steps: keras_layers.py tensorflow|jax NET BATCH THREADS train|inference;
stopwatch.py says what is printed."""

import os
import sys

backend, net_name, batch, threads, kind = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
os.environ['KERAS_BACKEND'] = backend
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])  # JAX has no other way to tell

if backend == 'jax':
    sys.modules['tensorflow'] = None  # Keras would import it, too

import keras
import numpy as np
from keras import layers

from nets import NETS
from stopwatch import report

LEARNING_RATE = 0.001


class Layers:
    """What nets.py calls."""

    def conv(self, x, outputs, kernel, stride=1, border='SAME', norm=True, activation='relu'):
        return self.normalized(layers.Conv2D(outputs, kernel, stride, border.lower(), use_bias=not norm)(x), norm, activation)

    def depthwise(self, x, kernel, stride):
        return self.normalized(layers.DepthwiseConv2D(kernel, stride, 'same', use_bias=False)(x), True, 'relu6')

    def normalized(self, x, norm, activation):
        x = layers.BatchNormalization()(x) if norm else x
        return layers.Activation(activation)(x) if activation else x

    def dense(self, x, outputs, activation=None):
        return layers.Dense(outputs, activation)(x)

    def dropout(self, x, rate):
        return layers.Dropout(rate)(x)

    def max_pool(self, x, kernel, stride, border='VALID'):
        return layers.MaxPooling2D(kernel, stride, border.lower())(x)

    def avg_pool(self, x, kernel):
        return layers.AveragePooling2D(kernel, 1, 'same')(x)

    def mean(self, x):
        return layers.GlobalAveragePooling2D()(x)

    def flatten(self, x):
        return layers.Flatten()(x)

    def concat(self, *xs):
        return layers.Concatenate()(xs)

    def add(self, x, y):
        return layers.Add()([x, y])

    def add_relu(self, x, y):
        return layers.Activation('relu')(layers.Add()([x, y]))


def tensorflow_work(model, x, labels, decay):
    import tensorflow as tf
    x, labels = tf.constant(x), tf.constant(labels)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(x, training=True)))
        variables = [v.value for v in model.trainable_variables]
        for variable, gradient in zip(variables, tape.gradient(loss, variables)):
            variable.assign_sub(LEARNING_RATE * (gradient + decay * variable if decay else gradient))
        return loss

    @tf.function
    def predict():
        return model(x, training=False)

    return (lambda: step().numpy()) if kind == 'train' else lambda: predict().numpy()


def jax_work(model, x, labels, decay):
    import jax
    x, labels = jax.device_put(x), jax.device_put(labels)

    def loss_of(trained, others):
        logits, others = model.stateless_call(trained, others, x, training=True)
        chosen = jax.numpy.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)
        return -chosen.mean(), others

    def step(trained, others):
        (loss, others), gradients = jax.value_and_grad(loss_of, has_aux=True)(trained, others)
        return loss, [v - LEARNING_RATE * (g + decay * v) for v, g in zip(trained, gradients)], others

    state = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
    stepped = jax.jit(step, donate_argnums=(0, 1))
    predicted = jax.jit(lambda trained, others, x: model.stateless_call(trained, others, x, training=False)[0])

    def train():
        nonlocal state
        loss, *state = stepped(*state)
        loss.block_until_ready()

    return train if kind == 'train' else lambda: predicted(*state, x).block_until_ready()


describe, extent, classes, weight_decay = NETS[net_name]
keras.utils.set_random_seed(1)
if backend == 'tensorflow':
    import tensorflow
    tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
image = keras.Input(extent, batch_size=batch)
net = keras.Model(image, describe(Layers(), image))
examples = np.random.default_rng(1).standard_normal((batch, *extent), dtype=np.float32), np.random.default_rng(2).integers(0, classes, batch).astype(np.int32)
work = tensorflow_work if backend == 'tensorflow' else jax_work
report(work(net, *examples, weight_decay))
