/**
 * Holds what COMMAND tells of Rondo's commands against what redis-server tells of its own, and says which are missing.
 */
@NullMarked
package dev.rondo.compat.commands;

import org.jspecify.annotations.NullMarked;
