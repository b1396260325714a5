// SPDX-License-Identifier: Apache-2.0
/** What single functions cost, measured with JMH: {@code benchmarks/micro.sh}. */
@NullMarked
package dev.muster.bench.micro;

import org.jspecify.annotations.NullMarked;
