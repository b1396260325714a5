/**
 * The data folder of a node: its lock, its identity and the marks that tell after a crash what must be there. Start
 * here: {@link dev.muster.server.storage.DataFolder}.
 */
@NullMarked
package dev.muster.server.storage;

import org.jspecify.annotations.NullMarked;
