// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/** What became of numbers that were handed out. */
public enum KeyStatus {
    /** Their owner lives and may be using them. */
    HELD,
    /** Their owner is done with them: it ended in order, took many sets after this one, or had no session. */
    ISSUED,
    /** Given back unused. Never handed out again. */
    RETURNED,
    /** Their owner died: nobody knows which of them it used. Never handed out again. */
    LOST
}
