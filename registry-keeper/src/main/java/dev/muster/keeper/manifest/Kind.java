// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

/** What kind of program a unit is. It decides under which names its incidents are told, not how it is kept. */
public enum Kind {
    /** A service of the users. */
    SERVICE,
    /** A program that services need: a proxy, a node of the registry. */
    TECHNICAL
}
