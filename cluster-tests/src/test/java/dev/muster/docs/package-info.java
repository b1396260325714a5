// SPDX-License-Identifier: Apache-2.0
/**
 * Tests of the documents: their code runs, their names exist, their links lead somewhere. Start here: {@link
 * dev.muster.docs.ReadmeTest}.
 */
@NullMarked
package dev.muster.docs;

import org.jspecify.annotations.NullMarked;
