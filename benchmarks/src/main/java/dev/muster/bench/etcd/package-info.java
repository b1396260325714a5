// SPDX-License-Identifier: Apache-2.0
/** etcd as a user would set it up and call it. */
@NullMarked
package dev.muster.bench.etcd;

import org.jspecify.annotations.NullMarked;
