// SPDX-License-Identifier: Apache-2.0
/**
 * The client as it speaks to the cluster: one stream for writes and keep-alives, one for views, single calls for reads
 * and orders. All state of a client lives on one thread, its {@link dev.muster.client.internal.Loop}; what other threads
 * read of it is immutable and published through volatile fields. Of no interest to users. Start here: {@link
 * dev.muster.client.internal.GrpcClient}.
 */
@NullMarked
package dev.muster.client.internal;

import org.jspecify.annotations.NullMarked;
